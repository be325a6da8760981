"""A job that others can watch: its log, its status file and its metrics file. The run holds none of it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from riskmodel.errors import WrongUsage
from riskmodel.operations import disk, stopping
from riskmodel.operations.ending import Ending, ending_of
from riskmodel.operations.logs import Style, log
from riskmodel.operations.metrics import MARK, JobCounts, metrics_text
from riskmodel.operations.progress import Steps, progress

STATUS_FORMAT = 1


class Watched(Steps):
    """Steps that also go to the log and the status file; `note` adds counts to the present step.

    Notes with a `kind` are the row counts of that input; `model_id`, `run_id`, `countries_scored` and
    `countries_abstained` reach the metrics, `unchanged=True` says that there was nothing to do.
    """

    def __init__(
        self, shown: Steps, style: Style, status: Path | None, metrics: Path | None, run: str
    ) -> None:
        super().__init__()
        self._shown, self._style, self._status_file, self._metrics_file = shown, style, status, metrics
        self._run, self._step, self._notes = run, "", {}  # type: str, str, dict[str, Any]
        self._started, self._clock = _now(), time.monotonic()
        self._step_clock = self._clock
        self._unchanged = False
        self.counts = JobCounts()

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step and log the one before it."""
        self._log_step()
        self._shown.step(name, total)
        self._step, self._notes, self._step_clock = name, {}, time.monotonic()
        self._write_status("running")

    def advance(self, parts: int = 1) -> None:
        """Say that parts of the present step are done."""
        self._shown.advance(parts)

    def say(self, sentence: str) -> None:
        """Print a sentence that a user has to see."""
        self._shown.say(sentence)

    def finish(self) -> None:
        """Mark the present step as done."""
        self._shown.finish()

    def note(self, **counts: Any) -> None:
        """Keep what the present step counted."""
        self._notes |= counts
        if "kind" in counts:
            self.counts.rows[str(counts["kind"])] = counts
        for name in ("scored", "abstained"):
            if f"countries_{name}" in counts:
                self.counts.countries[name] = int(counts[f"countries_{name}"])
        self.counts.model_id = str(counts.get("model_id", self.counts.model_id))
        self.counts.run_id = str(counts.get("run_id", self.counts.run_id))
        self._unchanged = bool(counts.get("unchanged", self._unchanged))

    def end(self, ending: Ending) -> None:
        """Log the end and leave both files in their last state."""
        self._log_step()
        state = "unchanged" if self._unchanged else "done"
        if ending.code:
            state = "stopped" if ending.code in (130, 143) else "failed"
        seconds = time.monotonic() - self._clock
        known = {"run_id": self.counts.run_id, "model_id": self.counts.model_id}
        log(
            self._style,
            "ended",
            outcome=state,
            exit_code=ending.code,
            seconds=round(seconds, 3),
            **{name: value for name, value in known.items() if value},
        )
        self._write_status(state, ending)
        if self._metrics_file is not None:
            text = metrics_text(self.counts, state, ending.code, seconds, time.time())
            self._replace(self._metrics_file, text)

    def _log_step(self) -> None:
        if self._step:
            seconds = round(time.monotonic() - self._step_clock, 3)
            log(self._style, self._step, **self._notes, seconds=seconds)

    def _write_status(self, state: str, ending: Ending | None = None) -> None:
        if self._status_file is None:
            return
        content = {
            "format": STATUS_FORMAT,
            "program": "riskmodel",
            "run": self._run,
            "pid": os.getpid(),
            "state": state,
            "step": self._step,
            "started": self._started,
            "updated": _now(),
            "ended": _now() if ending else None,
            "exit_code": ending.code if ending else None,
            "sentence": ending.sentence if ending else "",
            "run_id": self.counts.run_id or None,
        }
        self._replace(self._status_file, json.dumps(content, indent=1) + "\n")

    def _replace(self, path: Path, text: str) -> None:
        """A monitor's file that can no longer be written must not cost the run."""
        try:
            disk.replace_text(path, text)
        except OSError as error:
            log(
                self._style,
                "monitor file not written",
                level="warning",
                file=path.name,
                why=str(error.strerror),
            )


@contextmanager
def watched(
    out: Path,
    *,
    quiet: bool = False,
    style: Style = "none",
    status: Path | None = None,
    metrics: Path | None = None,
) -> Iterator[Watched]:
    """Run the body as a job that can be watched; how it ended is recorded however it ends.

    Raises
    ------
    WrongUsage: a monitor's file lies in the run, is something else's file, or cannot be written.
    """
    _check(status, "--status-file", out, '"program": "riskmodel"')
    _check(metrics, "--metrics-file", out, MARK)
    if status is not None and metrics is not None and status.absolute() == metrics.absolute():
        raise WrongUsage("--status-file and --metrics-file name the same file; give each its own.")
    with progress(quiet=quiet or style != "none") as shown:
        job = Watched(shown, style, status, metrics, out.name)
        job._write_status("running")
        stopping.when_forced(lambda code, sentence: job.end(Ending(code, sentence)))
        try:
            yield job
        except BaseException as error:
            job.end(ending_of(error))
            raise
        job.end(Ending(0, ""))


def _check(path: Path | None, option: str, out: Path, mark: str) -> None:
    if path is None:
        return
    if path.absolute().parent.resolve().is_relative_to(out.resolve()):
        raise WrongUsage(f"{option} {path.name!r} lies in the run's folder; name a file elsewhere.")
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise WrongUsage(f"{option} {path.name!r} is not a plain file; name a new one.")
    try:
        if path.exists() and path.stat().st_size and mark not in path.read_text("utf-8", "replace")[:200]:
            raise WrongUsage(f"{option} {path.name!r} is a file of something else; name a new one.")
    except OSError as error:
        raise WrongUsage(f"{option} {path.name!r} cannot be read: {error.strerror}.") from None
    if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
        raise WrongUsage(f"{option}: the folder of {path.name!r} is missing or not writable; name another.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
