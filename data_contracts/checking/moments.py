"""How moments are written: ISO 8601, mail, JavaScript, databases, pages, seconds since 1970.

An offset that is ambiguous (CST is Chicago and Shanghai, IST is Dublin, Jerusalem and Delhi) or unknown is
taken as the one that gives the latest moment: nothing is known earlier than it was. A time without any zone
is UTC. A date with slashes of which day and month cannot be known is no moment. Sources of abbreviations: RFC
5322, the IANA time zone database (2025).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

MOMENT = pl.Datetime("us", "UTC")
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
_OFFSET = r"[+-][0-9]{2}:?[0-9]{2}"
_LATEST = -12 * 60  # minutes east of Greenwich: the last place on Earth where a given local time arrives

# Minutes east of Greenwich; of an abbreviation in use at several places the westernmost.
_ZONES: Mapping[str, int] = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **{"bst": 60, "ist": 60, "west": 60, "cet": 60, "met": 60, "cest": 120, "mest": 120, "eet": 120},
    **{"sast": 120, "cat": 120, "eest": 180, "idt": 180, "msk": 180, "trt": 180, "eat": 180, "msd": 240},
    **{"gst": -120, "azt": 240, "get": 240, "irst": 210, "irdt": 270, "aft": 270, "pkt": 300, "uzt": 300},
    **{"yekt": 300, "npt": 345, "kgt": 360, "almt": 300, "ict": 420, "wib": 420, "hkt": 480, "sgt": 480},
    **{"myt": 480, "awst": 480, "jst": 540, "kst": 540, "acst": 570, "aest": 600, "acdt": 630},
    **{"aedt": 660, "nzst": 720, "nzdt": 780, "brt": -180, "nst": -210, "ndt": -150},
    **{"ast": -240, "adt": -180, "est": -300, "edt": -240, "cst": -360, "cdt": -300},
    **{"mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600},
}
_NAMES: Mapping[str, str] = {
    "coordinated universal time": "utc",
    "greenwich mean time": "gmt",
    "universal time": "utc",
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?"
)
_ZONE = r"(?P<zone>\s*(?:[+-][0-9]{1,2}(?::?[0-9]{2})?(?:\s*[A-Za-z(\[].*)?|[A-Za-z(\[].*))?"
_BEHIND = rf"(?:(?:,?\s+(?:at\s+|-\s+|\|\s+)?|T|,\s*){_TIME}{_ZONE})?"
_YEAR = r"(?P<year>[0-9]{4})"
_D = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_FORMS = tuple(
    re.compile(rf"(?:{form})", re.IGNORECASE)
    for form in (
        rf"{_YEAR}-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}}){_BEHIND}",
        rf"{_YEAR}[/.](?P<month>[0-9]{{1,2}})[/.](?P<day>[0-9]{{1,2}}){_BEHIND}",
        rf"(?P<one>[0-9]{{1,2}})/(?P<two>[0-9]{{1,2}})/{_YEAR}{_BEHIND}",
        rf"(?P<day>[0-9]{{1,2}})\.(?P<month>[0-9]{{1,2}})\.{_YEAR}{_BEHIND}",
        rf"{_WEEKDAY}{_D}(?:\s+(?:of\s+)?|-){_MONTH},?(?:\s+|-){_YEAR}{_BEHIND}",
        rf"{_WEEKDAY}{_MONTH}\s+{_D},?\s+{_YEAR}{_BEHIND}",
        rf"{_WEEKDAY}{_MONTH}\s+{_D},?\s+{_TIME}(?P<zone>\s+[A-Za-z+-][A-Za-z0-9:+-]*)?\s+{_YEAR}",
        r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
        r"(?:T?(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?"
        r"(?:\.(?P<fraction>[0-9]+))?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?",
    )
)
_MAIL_YEAR = re.compile(r"^(?:[A-Za-z]{3},?\s+)?[0-9]{1,2}\s+[A-Za-z]{3}\s+([0-9]{2})(?=\s+[0-9]{2}:)")
_SINCE_1970 = re.compile(r"([0-9]{9,10}|[0-9]{12,13}|[0-9]{15,16}|[0-9]{18,19})(?:\.([0-9]+))?")
_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?(?:0?[89]|1[0-8])")


def moments(text: pl.Series) -> pl.Series:
    """Datetime in UTC of text without blanks around it; null where it is no moment.

    >>> [str(m) for m in moments(pl.Series(["2023-11-05T12:30+03:00", "Sun, 05 Nov 2023 09:30:00 GMT"]))]
    ['2023-11-05 09:30:00+00:00', '2023-11-05 09:30:00+00:00']
    """
    parsed = _iso_8601(text)
    others = text.filter(parsed.is_null() & text.is_not_null()).unique(maintain_order=True).to_list()
    known = {other: moment for other in others if (moment := moment_of(other)) is not None}
    if not known:
        return parsed
    rest = text.replace_strict(list(known), list(known.values()), default=None, return_dtype=MOMENT)
    return parsed.zip_with(parsed.is_not_null(), rest)


def moment_of(text: str) -> datetime | None:
    """One moment in UTC, or None.

    >>> str(moment_of("Sun May 01 2022 10:00:00 GMT+0200 (Central European Summer Time)"))
    '2022-05-01 08:00:00+00:00'
    >>> str(moment_of("May 1, 2022 9:30 PM IST")), moment_of("01/05/2022")
    ('2022-05-01 20:30:00+00:00', None)
    """
    if len(text) > 120:
        return None
    try:
        since = _since_1970(text)
        if since is not None:
            return since
        written = _MAIL_YEAR.sub(_four_digits, " ".join(text.split()))
        for form in _FORMS:
            if found := form.fullmatch(written):
                return _moment(found.groupdict())
    except (ValueError, OverflowError):
        return None
    return None


def _moment(parts: Mapping[str, str | None]) -> datetime | None:
    day = _day(parts)
    if day is None:
        return None
    hour = int(parts.get("hour") or 0)
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    fraction = int((parts.get("fraction") or "0")[:6].ljust(6, "0"))
    local = datetime(day.year, day.month, day.day, hour, int(parts.get("minute") or 0),
                     int(parts.get("second") or 0), fraction)  # fmt: skip
    return _in_utc(local, (parts.get("zone") or "").strip())


def _day(parts: Mapping[str, str | None]) -> date | None:
    year = int(parts["year"] or 0)
    if (one := parts.get("one")) and (two := parts.get("two")):
        first, second = int(one), int(two)
        if first <= 12 and second <= 12 and first != second:
            return None
        month, day = (first, second) if second > 12 else (second, first)
        return date(year, month, day)
    named = (parts.get("month") or "").lower()
    month = int(named) if named.isdigit() else _MONTHS.get(named, 0)
    return date(year, month, int(parts["day"] or 0))


def _in_utc(local: datetime, zone: str) -> datetime:
    """A local time in UTC; a zone that is unknown makes it as late as it can be."""
    bare = re.sub(r"\s*[(\[].*$", "", zone).strip() or zone.strip("()[] ")
    bare = re.sub(r"^([+-][0-9:]+)\s.*$", r"\1", bare)
    if not bare:
        return local.replace(tzinfo=UTC)
    if "/" in bare:
        return _at_place(local, bare)
    if found := re.fullmatch(
        r"(?:(?:gmt|utc|z)\s*)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?", bare, re.IGNORECASE
    ):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes > 14 * 60:
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


def _since_1970(text: str) -> datetime | None:
    """Seconds, or thousandths, millionths or thousand-millionths of them, since 1970."""
    if _EXPONENT.fullmatch(text):
        text = str(int(float(text)))
    found = _SINCE_1970.fullmatch(text)
    if not found:
        return None
    digits = found[1]
    if len(digits) == 12 and "1990" <= digits[:4] <= "2099":
        return None  # YYYYMMDDHHMM
    unit = 10 ** {0: 0, 1: 3, 2: 6, 3: 9}[(len(digits) - 9) // 3]
    whole, rest = divmod(int(digits), unit)
    fraction = f"{rest:0{len(str(unit)) - 1}d}" if unit > 1 else ""
    microseconds = int((fraction + (found[2] or "")).ljust(6, "0")[:6])
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=whole, microseconds=microseconds)


def _four_digits(found: re.Match[str]) -> str:
    """The years 00 to 68 of mails are of this century, as RFC 5322 and POSIX have them."""
    short = found[1]
    return found[0][: -len(short)] + ("20" if int(short) < 69 else "19") + short


def _iso_8601(text: pl.Series) -> pl.Series:
    written = text.str.contains(f"^{_DAY}((T| +){_CLOCK}(Z|z|{_OFFSET})?)?$")
    clock = text.str.extract(f"^.{{10}}(?:T| +)({_CLOCK})").str.replace(",", ".").fill_null("00:00")
    clock = clock.zip_with(clock.str.len_bytes() != 5, clock + ":00")
    offset = text.str.extract(f":.*({_OFFSET})$").str.replace(":", "").fill_null("+0000")
    whole = text.str.slice(0, 10) + "T" + clock + offset
    nothing = pl.Series(text.name, [None], dtype=pl.String)
    moment = whole.zip_with(written.fill_null(False), nothing)
    return moment.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", strict=False).cast(MOMENT)
