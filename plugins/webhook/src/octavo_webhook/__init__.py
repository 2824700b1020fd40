"""Placeholder until the adapter lands in this same session."""
