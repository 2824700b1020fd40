"""Which way a language is written."""

from functools import lru_cache

__all__ = ["direction"]

_LEFTWARDS = frozenset({"ar", "arc", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@lru_cache(maxsize=256)
def direction(language: str) -> str:
    """Answer `rtl` or `ltr` for a language tag."""
    return "rtl" if language.partition("-")[0].lower() in _LEFTWARDS else "ltr"
