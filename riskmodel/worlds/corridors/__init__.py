"""The family `corridors`: planted routes carry goods on, with decoys (`docs/simulator.md`)."""

from riskmodel.worlds.corridors.maker import make_world

__all__ = ["make_world"]
