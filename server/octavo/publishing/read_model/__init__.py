"""What is live, as the pages need it: pieces made ready, kept in one SQLite file, read in readers' order."""
