"""`octavo demo`: a small press with a plan, to look around in."""

from octavo.demo.filling import fill_with_sample

__all__ = ["fill_with_sample"]
