"""Works that workers can import, and a Dask cluster of two workers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_cluster import ROOT, Cluster
from tiny_tables import tiny

__all__ = ["tiny"]

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers, and this process, find `engine_works`."""
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(ROOT)]))
    monkeypatch.setenv("POLARS_MAX_THREADS", "1")


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers of one thread each."""
    pytest.importorskip("distributed", reason="needs Dask: pip install -r requirements-cluster.lock")
    made = Cluster(tmp_path_factory.mktemp("cluster"), (HERE, ROOT))
    made.start(2)
    yield made
    made.stop()
