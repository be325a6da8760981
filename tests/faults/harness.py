"""Faults by the hundred: kills, two jobs at once, cut and flipped inputs, a full disk, a read-only folder.

`make faults` runs it whole and prints a table; `--short` is what the tests run. Every fault must end with a
whole run or with none, with one sentence, and with counts that add up.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import checks
from forks import Job, Tally, run_all, start, wait, warm
from material import AS_OF, INPUTS

SIZES = {
    "whole": {"kill": 200, "publish": 100, "pairs": 50, "cuts": 100, "flips": 84, "full": 40, "shut": 5},
    "short": {"kill": 4, "publish": 4, "pairs": 1, "cuts": 1, "flips": 1, "full": 2, "shut": 1},
}
FILES = (
    ("trade", "trade.csv"),
    ("trade", "trade.csv.gz"),
    ("trade", "trade.parquet"),
    ("articles", "articles.jsonl"),
    ("articles", "records.gkg.csv"),
    ("listings", "listings.csv"),
    ("goods", "goods.csv"),
)
OTHER_DAY = "2024-05-31"


class Harness:
    """Every fault, on material in one folder; `size` says how often (cuts and flips: for each file)."""

    def __init__(self, folder: Path, size: dict[str, int], seed: int) -> None:
        self.folder, self.size, self.random = folder, size, random.Random(seed)
        self.inputs = folder / "in"

    def arguments(self, out: Path, *more: str, **files: Path) -> list[str]:
        """A command line on the sound trade table and listings; `files` replaces some of them."""
        files = {"trade": self.inputs / INPUTS["trade"]} | files
        return self.light(out, *more, **files)

    def light(self, out: Path, *more: str, **files: Path) -> list[str]:
        """A command line on the sound listings alone: every step of a job, in a part of the time."""
        words = ["score", "--out", str(out), "--as-of", AS_OF, "--min-scored", "0", "--quiet", *more]
        chosen = {"listings": self.inputs / INPUTS["listings"]} | files
        return words + [word for kind, path in chosen.items() for word in (f"--{kind}", str(path))]

    def good(self, name: str, *more: str) -> tuple[Path, float]:
        """A sound run to be endangered, and the seconds it took."""
        out = self.folder / name / "run"
        job = Job(f"good {name}", self.light(out, *more), self.folder / name / "good")
        start(job)
        ended = wait(job)
        if ended.code:
            raise SystemExit(f"the harness cannot start: a sound run ended with {ended.code}: {ended.err}")
        return out, ended.seconds

    def kills(self) -> Tally:
        """kill -9 at random moments of a run, and at random moments of its publication."""
        tally = Tally()
        out, seconds = self.good("kill")
        for number in range(self.size["kill"] + self.size["publish"]):
            publishing = number >= self.size["kill"]
            folder = self.folder / "kill" / f"job{number}"
            status = ("--status-file", str(folder / "status.json"))
            # The later option wins, so that every other run has another content.
            day = ("--as-of", OTHER_DAY) if number % 2 else ()
            line = self.light if number % 4 else self.arguments
            job = Job(f"kill {number}", line(out, "--force", *status, *day), folder)
            job.change = _no_exchange if number % 3 == 0 else None
            job.kill_after = self.random.uniform(0, 0.12 if publishing else seconds * 1.1)
            job.kill_when = '"step": "writing the run"' if publishing else ""
            folder.mkdir(parents=True)
            start(job)
            ended = wait(job)
            killed = ended.code == -9
            complaint = "" if killed else checks.said_badly(ended, (0,))
            aside = out.with_name(f".{out.name}.old")
            complaint = complaint or checks.unsound(out if out.exists() else aside)
            if not out.exists() and not aside.exists():
                complaint = "the last good run is gone"
            tally.add(ended, complaint)
        job = Job("after the kills", self.light(out, "--force"), self.folder / "kill" / "last")
        start(job)
        ended = wait(job)
        last = checks.ledger_lines(out.parent)[-1]["run_id"]
        matches = "" if last == (checks.read_manifest(out) or {}).get("run_id") else "ledger and run differ"
        sound = checks.said_badly(ended, (0,)) or checks.unsound(out) or checks.left_behind(out)
        tally.add(ended, sound or matches)
        return tally

    def pairs(self) -> Tally:
        """Two jobs at once on one folder: one is refused, or they follow each other; each publishes once."""
        tally = Tally()
        out, seconds = self.good("pair")
        for number in range(self.size["pairs"]):
            before = len(checks.ledger_lines(out.parent))
            jobs = []
            for place in ("a", "b"):
                folder = self.folder / "pair" / f"{number}{place}"
                job = Job(f"pair {number}{place}", self.light(out, "--force"), folder)
                jobs.append(job)
                start(job)
                time.sleep(self.random.choice([0.0, self.random.uniform(0, seconds)]))
            both = [wait(job) for job in jobs]
            done = sum(ended.code == 0 for ended in both)
            lines = len(checks.ledger_lines(out.parent)) - before
            together = checks.unsound(out) or checks.left_behind(out)
            if done == 0 or lines != done:
                together = f"{done} jobs succeeded, {lines} lines in the ledger"
            for ended in both:
                complaint = checks.said_badly(ended, (0, 2))
                if ended.code == 2 and "Another job" not in ended.err:
                    complaint = "refused for another reason"
                tally.add(ended, complaint or together)
                together = ""
        return tally

    def cuts(self) -> Tally:
        """Every input file cut at random offsets."""
        return self._damaged("cut", self.size["cuts"], lambda data: data[: self.random.randrange(len(data))])

    def flips(self) -> Tally:
        """Every input file with one random bit flipped."""

        def flipped(data: bytes) -> bytes:
            place = self.random.randrange(len(data) * 8)
            changed = bytearray(data)
            changed[place // 8] ^= 1 << (place % 8)
            return bytes(changed)

        return self._damaged("flip", self.size["flips"], flipped)

    def _damaged(self, name: str, times: int, change: Callable[[bytes], bytes]) -> Tally:
        def jobs() -> Iterator[Job]:
            for kind, file in FILES:
                data = (self.inputs / file).read_bytes()
                for number in range(times):
                    folder = self.folder / name / f"{file}-{number}"
                    folder.mkdir(parents=True)
                    (folder / file).write_bytes(change(data))
                    # Without the trade table a job on the small inputs takes a fraction of the time.
                    files = {kind: folder / file}
                    words = self.arguments(folder / "run", **files)
                    if kind in ("articles", "listings"):
                        words = [
                            "score",
                            "--out",
                            str(folder / "run"),
                            "--as-of",
                            AS_OF,
                            "--min-scored",
                            "0",
                            "--quiet",
                        ]
                        words += [f"--{kind}", str(folder / file)]
                    yield Job(f"{name} {file} {number}", words, folder)

        tally = Tally()
        for ended in run_all(jobs()):
            folder, out = ended.job.folder, ended.job.folder / "run"
            kind, file = next((k, f) for k, f in FILES if ended.job.name.startswith(f"{name} {f} "))
            complaint = checks.said_badly(ended, (0, 3, 5)) or checks.unsound(out) or checks.left_behind(out)
            if ended.code == 0:
                complaint = complaint or checks.miscounted(out, kind, folder / file)
            elif out.exists():
                complaint = complaint or "a refused job published a run"
            tally.add(ended, complaint)
            if not complaint:
                shutil.rmtree(folder)
        return tally

    def full(self) -> Tally:
        """A disk without room for the run: a size-limited file system where one can be mounted."""
        tally = Tally()
        place = self.folder / "full"
        place.mkdir()
        mounted = _mount(place, "size=4m")
        try:
            out, _ = self.good("full")
            before = checks.read_manifest(out)
            for number in range(self.size["full"]):
                folder = self.folder / f"full-jobs-{number}"
                room = self.random.randrange(0, 160_000)
                job = Job(f"full {number}", self.light(out, "--force", "--as-of", OTHER_DAY), folder)
                if mounted:
                    _leave_room(place, room)
                else:
                    job.change = lambda room=room: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
                start(job)
                ended = wait(job)
                (place / "filler").unlink(missing_ok=True)
                complaint = checks.said_badly(ended, (0, 1)) or checks.unsound(out) or checks.left_behind(out)
                if ended.code == 1 and "disk is full" not in ended.err and "ledger" not in ended.err:
                    complaint = complaint or "another sentence"
                if ended.code == 1 and "ledger" not in ended.err and checks.read_manifest(out) != before:
                    complaint = complaint or "the last run was touched"
                before = checks.read_manifest(out)
                tally.add(ended, complaint)
        finally:
            if mounted:
                subprocess.run(["umount", str(place)], check=True)
        return tally

    def shut(self) -> Tally:
        """A folder that cannot be written: read-only file system, or without the right to write."""
        tally = Tally()
        place = self.folder / "shut"
        out, _ = self.good("shut")
        root = os.geteuid() == 0
        for number in range(self.size["shut"]):
            mounted = number % 2 == 0 and _mount(place, "ro")
            place.chmod(0o555) if not mounted else None
            job = Job(f"shut {number}", self.light(out, "--force"), self.folder / f"shut-jobs-{number}")
            job.change = _as_nobody if root and not mounted else None
            job.folder.mkdir()
            job.folder.chmod(0o777)
            start(job)
            ended = wait(job)
            if mounted:
                subprocess.run(["umount", str(place)], check=True)
            else:
                place.chmod(0o755)
            complaint = checks.said_badly(ended, (1, 2)) or checks.unsound(out)
            tally.add(ended, complaint)
        return tally


def _no_exchange() -> None:
    from riskmodel.operations import disk

    disk.exchange = lambda one, other: False


def _as_nobody() -> None:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def _mount(place: Path, option: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(place)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _leave_room(place: Path, room: int) -> None:
    free = os.statvfs(place)
    size = free.f_bavail * free.f_frsize - room
    with (place / "filler").open("wb") as file:
        file.write(b"\0" * max(0, size))


def main() -> int:
    """Run the chosen faults; exit code 1 where anything happened that must not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=20240630)
    parser.add_argument("--only", nargs="*", default=["kills", "pairs", "cuts", "flips", "full", "shut"])
    parser.add_argument("--json", type=Path, help="write the tallies here")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="riskmodel-faults-"))
    folder.chmod(0o755)
    try:
        warm(folder)
        harness = Harness(folder, SIZES["short" if chosen.short else "whole"], chosen.seed)
        tallies = {}
        for name in chosen.only:
            began = time.monotonic()
            tallies[name] = getattr(harness, name)()
            _tell(name, tallies[name], time.monotonic() - began)
        if chosen.json:
            chosen.json.write_text(json.dumps({name: asdict(t) for name, t in tallies.items()}, indent=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return int(any(tally.failures for tally in tallies.values()))


def _tell(name: str, tally: Tally, seconds: float) -> None:
    codes = ", ".join(f"{count} x {code}" for code, count in sorted(tally.codes.items()))
    verdict = "all as they should be" if not tally.failures else f"{len(tally.failures)} FAILED"
    print(f"{name:6} {tally.runs:5} runs in {seconds:5.0f} s: {verdict}; exit codes {codes}", flush=True)
    for failure in tally.failures[:20]:
        print(f"       {failure}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
