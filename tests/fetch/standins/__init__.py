"""Stand-ins of public data sources: real HTTP servers, made-up contents, faults, a record."""

from .serve import StandIns, serve
from .sources import SOURCES
from .world import KEY, Party, Revision, World

__all__ = ["KEY", "SOURCES", "Party", "Revision", "StandIns", "World", "serve"]
