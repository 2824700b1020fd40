"""What readers and their programs subscribe to: feeds of lists, and the podcast."""
