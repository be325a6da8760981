"""The tiny world of `tests/tiny_world.py` for every test here."""

from tests.tiny_world import plain_plan, plan, world

__all__ = ["plain_plan", "plan", "world"]
