"""The libraries whose versions decide a result: one list for runs, for models and for comparing runs."""

from __future__ import annotations

from importlib.metadata import version

LIBRARIES = ("great-expectations", "numpy", "pandas", "polars", "pyarrow", "scikit-learn", "scipy", "skops")


def library_versions() -> dict[str, str]:
    """The installed version of each of `LIBRARIES`."""
    return {name: version(name) for name in LIBRARIES}
