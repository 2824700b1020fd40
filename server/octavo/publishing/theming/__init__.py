"""The theme in the admin: what it offers, what was chosen, and how the site would look with it."""
