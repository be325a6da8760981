"""Manners towards one source: time between calls, calls a day, and when to stop for the day."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from riskmodel.errors import FetchIncomplete
from riskmodel.fetch.source import PublicSource
from riskmodel.operations import disk

_REPLENISHED = re.compile(r"(\d{1,3}):(\d{2}):(\d{2})")


class QuotaUsedUp(FetchIncomplete):
    """The source gives no more answers today; the next call goes on where this one was."""


@dataclass(frozen=True)
class Used:
    """Calls made on `day` (UTC); `until` is when the source said that its quota is filled again."""

    day: str = ""
    calls: int = 0
    until: str = ""


class Pace:
    """Counts and spaces the calls to one source; the count survives the process. Used under its lock."""

    def __init__(
        self,
        source: PublicSource,
        file: Path,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._source, self._file, self._sleep, self._now = source, file, sleep, now
        self._last: float | None = None
        self.made = 0

    def before_call(self, *, free: bool = False) -> None:
        """Wait for the pace and count the call. Raises QuotaUsedUp where no call is left today."""
        if not free:
            self._count()
        if self._last is not None:
            wait = self._source.pace_seconds - (time.monotonic() - self._last)
            if wait > 0:
                self._sleep(wait)
        self._last = time.monotonic()
        self.made += 1

    def stop_for_today(self, words: str) -> QuotaUsedUp:
        """Remember that the source refuses further calls, and return the error that says until when."""
        found = _REPLENISHED.search(words)
        if found:
            hours, minutes, seconds = map(int, found.groups())
            until = self._now() + timedelta(hours=hours, minutes=minutes, seconds=seconds)
        else:
            until = datetime.combine(self._now().date() + timedelta(days=1), datetime.min.time(), UTC)
        used = self._used()
        self._write(Used(used.day, used.calls, until.isoformat(timespec="seconds")))
        return self._error(until)

    def left_today(self) -> int | None:
        """Calls that are left today; None without a limit."""
        if self._source.daily_calls is None:
            return None
        return max(0, self._source.daily_calls - self._used().calls)

    def _count(self) -> None:
        used = self._used()
        if used.until and self._now() < datetime.fromisoformat(used.until):
            raise self._error(datetime.fromisoformat(used.until))
        if self._source.daily_calls is not None and used.calls >= self._source.daily_calls:
            midnight = datetime.combine(
                datetime.fromisoformat(used.day).date() + timedelta(days=1), datetime.min.time(), UTC
            )
            raise self._error(midnight)
        self._write(Used(used.day, used.calls + 1))

    def _used(self) -> Used:
        today = self._now().date().isoformat()
        try:
            used = Used(**json.loads(self._file.read_text(encoding="utf-8")))
            if used.until:
                datetime.fromisoformat(used.until)
            datetime.fromisoformat(used.day)
        except (OSError, ValueError, TypeError):
            used = Used(today)
        # A clock that was set back must not give the day's calls a second time.
        return used if used.day >= today else Used(today, 0, used.until)

    def _write(self, used: Used) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        disk.replace_text(self._file, json.dumps(asdict(used)) + "\n")

    def _error(self, until: datetime) -> QuotaUsedUp:
        return QuotaUsedUp(
            f"{self._source.title}: the calls of today are used up; what came is stored. "
            f"Run the same command after {until:%Y-%m-%d %H:%M} UTC: it goes on where it was."
        )
