"""Fetch seven years from the stand-ins, and next month again; score at three dates around a revision.

    python tests/fetch/transcript.py FOLDER [--key]

Everything is made up: the point is what the commands print and cost, and that a revision changes nothing
before its day.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from runs_of_fetch import QUICK
from standins import KEY, World, serve


def show(*words: object) -> None:
    """Print a command and what it prints."""
    print("$ riskmodel", *(str(word).replace(str(ROOT), "DIR") for word in words), flush=True)
    ended = subprocess.run(
        [sys.executable, "-m", "riskmodel.cli", *map(str, words)], capture_output=True, text=True, check=False
    )
    print(ended.stdout.replace(str(ROOT), "DIR") + ended.stderr + f"[exit {ended.returncode}]\n", flush=True)


def digest(run: str) -> None:
    """The digest of the scores of a run."""
    import hashlib

    body = (ROOT / run / "scores_country.csv").read_bytes()
    print(f"{run}/scores_country.csv sha256 {hashlib.sha256(body).hexdigest()[:16]}\n")


def main() -> None:
    """Fetch, score, revise, fetch, score."""
    world = World(first="201901").at(date(2026, 1, 20))
    with serve(world) as sources:
        os.environ.update(sources.environment() | QUICK)
        if "--key" in sys.argv:
            os.environ["COMTRADE_API_KEY"] = KEY
        store, span = ROOT / "store", ("--since", "2019-01", "--until", "2025-12")
        show("fetch", "starter", *span, "--store", store, "--plan")
        show("fetch", "starter", *span, "--store", store)
        before = ("score", "--store", store, "--limit", 1, "--quiet", "--as-of")
        show(*before, "2025-06-30", "--out", ROOT / "june")
        show(*before, "2026-01-19", "--out", ROOT / "january")
        digest("june"), digest("january")
        world.revise("comtrade", date(2026, 2, 5), period="202510", factor=2.0)
        world.revise("comext", date(2026, 2, 6), period="202509", factor=2.0)
        world.at(date(2026, 2, 20))
        show("fetch", "starter", "--since", "2019-01", "--until", "2026-01", "--store", store)
        show(*before, "2025-06-30", "--out", ROOT / "june-again")
        show(*before, "2026-01-19", "--out", ROOT / "january-again")
        show(*before, "2026-02-20", "--out", ROOT / "february")
        for run in ("june-again", "january-again", "february"):
            digest(run)
        show("store", "list", "--store", store)
        show("store", "check", "--store", store)


if __name__ == "__main__":
    ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    main()
