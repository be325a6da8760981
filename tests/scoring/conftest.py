"""The tiny inputs of every test of a run."""

from tiny_tables import tiny

__all__ = ["tiny"]
