"""The theme: its files, its settings, the sandbox that its templates run in, and what they see there."""
