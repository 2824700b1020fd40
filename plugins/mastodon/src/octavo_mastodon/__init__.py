"""Octavo adapter: Mastodon, and servers that speak its API."""

from octavo_mastodon.adapter import MastodonAdapter, MastodonSettings

__all__ = ["MastodonAdapter", "MastodonSettings"]
