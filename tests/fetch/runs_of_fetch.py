"""Fetching from the stand-ins into a folder, in this process or in another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from standins import SOURCES, StandIns, World, serve

from riskmodel.fetch.asked import Asked
from riskmodel.fetch.plan import named
from riskmodel.fetch.run import Fetched, fetch
from riskmodel.operations.progress import Steps
from riskmodel.store import ledger
from riskmodel.store.layout import Store, open_store

QUICK = {"RISKMODEL_FETCH_BACKOFF": "0.001", "RISKMODEL_FETCH_TIMEOUT": "20"} | {
    entry.setting.replace("_URL", "_PACE"): "0" for entry in SOURCES.values()
}


def small_world(**more) -> World:
    """Four reporters, two products, a year and a half."""
    settings = {
        "first": "202401",
        "reporters": ("KGZ", "TUR", "USA", "DEU"),
        "codes": ("854231", "854239"),
        "cells": 12,
    }
    return World(**(settings | more))


@contextmanager
def weather(patch: pytest.MonkeyPatch, world: World, *sources: str, **more) -> Iterator[StandIns]:
    """Stand-ins, and the settings of a client that finds them."""
    for name in ("COMTRADE_API_KEY", "RISKMODEL_COMTRADE_KEY"):
        patch.delenv(name, raising=False)
    with serve(world, *sources, **more) as running:
        for name, value in (running.environment() | QUICK).items():
            patch.setenv(name, value)
        yield running


def fetched(root: Path, *names: str, since="2024-01", until="2024-03", say=lambda _: None, **more) -> Fetched:
    """Fetch in this process; days where `since` names one."""
    days = {"day_from": since, "day_to": until} if len(since) == 10 else {}
    asked = Asked(since[:7], until[:7], "2025-06-30", **days)
    return fetch(named(names), asked, root, Steps(), say, **more)


def entries(root: Path, source: str = "") -> list[ledger.Entry]:
    """Lines of the ledger."""
    found, torn = ledger.read(open_store(root).ledger)
    assert not torn
    return [entry for entry in found if source in ("", entry.source)]


def outcomes(root: Path, source: str) -> list[str]:
    """What became of each request, in order."""
    return [entry.outcome for entry in entries(root, source)]


def current(root: Path, source: str, dataset: str) -> bytes:
    """The bytes that are current."""
    store: Store = open_store(root)
    entry = ledger.newest(entries(root), source, dataset)
    assert entry is not None, dataset
    return store.object(entry.sha256).read_bytes()


def command(*words: object, **more) -> subprocess.Popen:
    """The command line in another process, with this environment."""
    arguments = [sys.executable, "-m", "riskmodel.cli", *map(str, words)]
    return subprocess.Popen(
        arguments, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )
