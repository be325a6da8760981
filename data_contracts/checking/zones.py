"""Zones of time as moments are written with them: offsets, abbreviations, places, names of programs.

An offset that is ambiguous (CST is Chicago and Shanghai, IST is Dublin, Jerusalem and Delhi) or unknown is
taken as the one that gives the latest moment: nothing is known earlier than it was. A time without any zone
is UTC. Sources of abbreviations: RFC 5322, the IANA time zone database (2025).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_LATEST = -12 * 60  # minutes east of Greenwich: the last place on Earth where a given local time arrives
_WIDEST = 14 * 60

# Minutes east of Greenwich; of an abbreviation in use at several places, or in both halves of a year, the
# westernmost.
_ZONES: Mapping[str, int] = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **{"bst": 60, "ist": 60, "west": 60, "cet": 60, "met": 60, "cest": 120, "mest": 120, "eet": 120},
    **{"sast": 120, "cat": 120, "eest": 180, "idt": 180, "msk": 180, "trt": 180, "eat": 180, "msd": 240},
    **{"мск": 180, "gst": -120, "azt": 240, "get": 240, "irst": 210, "irdt": 270, "aft": 270, "pkt": 300},
    **{"uzt": 300, "tjt": 300, "tmt": 300, "yekt": 300, "npt": 345, "kgt": 360, "almt": 300, "omst": 360},
    **{"ict": 420, "wib": 420, "krat": 420, "hkt": 480, "sgt": 480, "irkt": 480, "vlat": 600},
    **{"myt": 480, "awst": 480, "jst": 540, "kst": 540, "acst": 570, "aest": 600, "acdt": 630},
    **{"aedt": 660, "nzst": 720, "nzdt": 780, "brt": -180, "brst": -120, "nst": -210, "ndt": -150},
    **{"ast": -240, "adt": -180, "est": -300, "edt": -240, "cst": -360, "cdt": -300},
    **{"mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600},
    **{"et": -300, "ct": -360, "mt": -420, "pt": -480},
}
_NAMES: Mapping[str, str] = {
    "coordinated universal time": "utc",
    "greenwich mean time": "gmt",
    "universal time": "utc",
    "british summer time": "bst",
    "central european time": "cet",
    "central european standard time": "cet",
    "central european summer time": "cest",
    "eastern european time": "eet",
    "eastern european standard time": "eet",
    "eastern european summer time": "eest",
    "moscow standard time": "msk",
    "moscow time": "msk",
    "eastern standard time": "est",
    "eastern daylight time": "edt",
    "eastern time": "et",
    "central standard time": "cst",
    "central daylight time": "cdt",
    "central time": "ct",
    "mountain standard time": "mst",
    "mountain daylight time": "mdt",
    "pacific standard time": "pst",
    "pacific daylight time": "pdt",
    "pacific time": "pt",
    "по москве": "мск",
    "по московскому времени": "мск",
    "московское время": "мск",
}


def in_utc(local: datetime, zone: str) -> datetime:
    """A local time in UTC; a zone that is unknown makes it as late as it can be.

    Raises ValueError for an offset that no place on Earth has.

    >>> str(in_utc(datetime(2022, 5, 1, 10), "GMT+0300 (Moscow Standard Time)"))
    '2022-05-01 07:00:00+00:00'
    """
    bare = re.sub(r"\s*[(\[].*$", "", zone).strip() or zone.strip("()[] ")
    bare = re.sub(r"^([+-][0-9:]+)\s.*$", r"\1", bare)
    if not bare:
        return local.replace(tzinfo=UTC)
    if "/" in bare:
        return _at_place(local, bare)
    if found := re.fullmatch(r"(?:(?:gmt|utc)\s*)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?", bare, re.IGNORECASE):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes > _WIDEST:
            raise ValueError("no such offset")
        return _east(local, minutes if found[1] == "+" else -minutes)
    known = bare.lower().rstrip(".")
    return _east(local, _ZONES.get(_NAMES.get(known, known), _LATEST))


def _at_place(local: datetime, place: str) -> datetime:
    try:
        zone = ZoneInfo(place)
    except (KeyError, ValueError, OSError):
        return _east(local, _LATEST)
    # Where clocks change, an hour comes twice or never: the later reading.
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _east(local: datetime, minutes: int) -> datetime:
    return local.replace(tzinfo=UTC) - timedelta(minutes=minutes)
