"""The tiny world of `tests/tiny_world.py` for every test here."""

from tests.tiny_world import world

__all__ = ["world"]
