"""Answers readers from the generated site, as a static host would."""
