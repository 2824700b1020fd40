"""From what changed to a site on disk: which pages to make, where, and how they get into place."""
