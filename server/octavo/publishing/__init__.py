"""The static site: what readers get.

Owns the read model of what is live (`state/site.db`), the pages made from it, the feeds, the
sitemap, and the ASGI app that serves them. Invariants: the site on disk is always one whole site,
old or new, never half of each file; the same pieces give the same bytes, whether built in full or
step by step; the cost of a build follows from what changed, never from what did not.
"""
