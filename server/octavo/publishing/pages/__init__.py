"""Makes pages of the read model: what templates see, and the HTML and the lists that come of it."""
