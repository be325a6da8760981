"""How moments are written: ISO 8601, mail, JavaScript, databases, pages, seconds since 1970.

`checking.zones` says what a zone is. A date with slashes of which day and month cannot be known is no moment.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import polars as pl

from data_contracts.checking.zones import in_utc
from data_contracts.codes.months import month_named

MOMENT = pl.Datetime("us", "UTC")
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
_OFFSET = r"[+-](?:0[0-9]|1[0-3]):?[0-5][0-9]|[+-]14:?00"

_WORD = r"[^\W\d_]+"
_MONTH = r"(?P<month>[^\W\d_]{3,12})\.?"
# A day of the week in any language, and what pages write before a date.
_BEFORE = (
    r"(?:(?:first |last )?(?:published|posted|updated|modified|created|date)(?:\s+on)?\s*:?\s+)?"
    rf"(?:{_WORD}\.?,?\s+)?"
)
_TIME = (
    r"(?P<hour>[0-9]{1,2})[:.h](?P<minute>[0-9]{2})"
    r"(?:[:.](?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?(?:\s*(?:Uhr|hrs?|hours|uur)\b\.?)?"
)
# What may be a zone: an offset with or without its name, else words; no second date, no list.
_ZONE = (
    r"(?P<zone>\s*(?:[+-][0-9]{1,2}(?::?[0-9]{2})?(?:\s*[A-Za-z(\[][^,;]*)?"
    r"|[(\[][^,;]*|[^\W\d_](?:(?![0-9]{4}-)[^,;])*))?"
)
_BEHIND = rf"(?:(?:,?\s+(?:(?:at|um|à|в|o|,)\s+|[-–|@·]\s+)?|T|,\s*){_TIME}{_ZONE})?"
_YEAR = r"(?P<year>[0-9]{4})(?:\s*г(?:ода|\.)?|\s*р(?:оку|\.))?"
_D = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.|º|o)?"
_OF = r"(?:\s+(?:of|de|del|di)\s+|\s+|-)"
_CJK = (
    r"(?P<year>[0-9]{4})[年년]\s*(?P<month>[0-9]{1,2})[月월]\s*(?P<day>[0-9]{1,2})[日일](?:\s*\([^)]{1,8}\))?"
)
_FORMS = tuple(
    re.compile(rf"(?:{form})", re.IGNORECASE)
    for form in (
        rf"{_YEAR}-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}}){_BEHIND}",
        rf"{_YEAR}-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}})[T ](?P<hour>[0-9]{{2}})(?P<zone>Z|[+-].*)?",
        rf"{_YEAR}/(?P<month>[0-9]{{1,2}})/(?P<day>[0-9]{{1,2}}){_BEHIND}",
        rf"(?P<year>[0-9]{{4}})\.\s?(?P<month>[0-9]{{1,2}})\.\s?(?P<day>[0-9]{{1,2}})\.?{_BEHIND}",
        rf"{_BEFORE}(?P<one>[0-9]{{1,2}})[/-](?P<two>[0-9]{{1,2}})[/-]{_YEAR}{_BEHIND}",
        rf"{_BEFORE}(?P<day>[0-9]{{1,2}})\.\s?(?P<month>[0-9]{{1,2}})\.\s?{_YEAR}{_BEHIND}",
        rf"{_BEFORE}{_D}{_OF}{_MONTH},?{_OF}{_YEAR}{_BEHIND}",
        rf"{_BEFORE}{_D}[-\s]{_MONTH}[-\s](?P<year>[0-9]{{2}}){_BEHIND}",
        rf"{_BEFORE}{_MONTH}\s+{_D},?\s+{_YEAR}{_BEHIND}",
        rf"{_BEFORE}{_MONTH}\s+{_D},?\s+{_TIME}(?P<zone>\s+[A-Za-z+-][A-Za-z0-9:+-]*)?\s+{_YEAR}",
        rf"{_YEAR}[-\s]{_MONTH}[-\s]{_D}{_BEHIND}",
        rf"{_CJK}(?:\s*{_TIME}{_ZONE})?",
        r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
        r"(?:[T ]?(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?"
        r"(?:\.(?P<fraction>[0-9]+))?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?",
        rf"(?P<year>[0-9]{{4}})(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}){_BEHIND}",
    )
)
_SINCE_1970 = re.compile(r"([0-9]{9,10}|[0-9]{12,13}|[0-9]{15,16}|[0-9]{18,19})(?:\.([0-9]+))?")
_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?(?:0?[89]|1[0-8])")
# What programs put around a moment, and a list of one.
_WRAPPED = (
    re.compile(r"/Date\(([0-9]{9,13})(?:[+-][0-9]{4})?\)/"),
    re.compile(r"@([0-9]{9,10}(?:\.[0-9]+)?)"),
    re.compile(r"(?:new )?[A-Za-z.]{4,12}\(([\"'])(?P<inner>[^\"']+)\1(?:,[^()]*)?\)"),
    re.compile(r"\[?\s*([\"'])(?P<inner>[^\"']+)\1\s*\]?"),
)
_PARTS_OF_TIME = re.compile(r"[(\[]((?:\s*[0-9]{1,4}\s*,){5,8}\s*-?[0-9]{1,3}\s*)[)\]]")
_DIRECTION = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_LONGEST = 120


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
    if len(text) > _LONGEST:
        return None
    try:
        written = _unwrapped(" ".join(_DIRECTION.sub("", unicodedata.normalize("NFKC", text)).split()))
        written = written.replace("\u2212", "-")
        since = _since_1970(written)
        if since is not None:
            return since
        if parts := _PARTS_OF_TIME.fullmatch(written):  # as programs take a moment apart, in UTC
            return datetime(*(int(part) for part in parts[1].split(",")[:6]), tzinfo=UTC)  # type: ignore[arg-type,misc]
        for form in _FORMS:
            if (found := form.fullmatch(written)) and (moment := _moment(found.groupdict())):
                return moment
    except (ValueError, OverflowError):
        return None
    return None


def _unwrapped(text: str) -> str:
    for wrapped in _WRAPPED:
        if found := wrapped.fullmatch(text):
            return (found.groupdict().get("inner") or found[1]).strip()
    return text


def _moment(parts: Mapping[str, str | None]) -> datetime | None:
    day = _day(parts)
    if day is None:
        return None
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    if hour == 24 and not minute and not second:  # the end of a day, as ISO 8601 had it
        day, hour = day + timedelta(days=1), 0
    fraction = int((parts.get("fraction") or "0")[:6].ljust(6, "0"))
    local = datetime(day.year, day.month, day.day, hour, minute, second, fraction)
    return in_utc(local, (parts.get("zone") or "").strip())


def _day(parts: Mapping[str, str | None]) -> date | None:
    year = _four_digits(parts["year"] or "")
    if (one := parts.get("one")) and (two := parts.get("two")):
        first, second = int(one), int(two)
        if first <= 12 and second <= 12 and first != second:
            return None
        month, day = (first, second) if second > 12 else (second, first)
        return date(year, month, day)
    named = parts.get("month") or ""
    found = int(named) if named.isdigit() else month_named(named)
    return None if found is None else date(year, found, int(parts["day"] or 0))


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


def _four_digits(year: str) -> int:
    """The years 00 to 68 of mails and databases are of this century, as RFC 5322 and POSIX have them."""
    number = int(year)
    return number if len(year) == 4 else number + (2000 if number < 69 else 1900)


def _iso_8601(text: pl.Series) -> pl.Series:
    written = text.str.contains(f"^{_DAY}((T| +){_CLOCK}(Z|z|{_OFFSET})?)?$")
    clock = text.str.extract(f"^.{{10}}(?:T| +)({_CLOCK})").str.replace(",", ".").fill_null("00:00")
    clock = clock.zip_with(clock.str.len_bytes() != 5, clock + ":00")
    offset = text.str.extract(f":.*({_OFFSET})$").str.replace(":", "").fill_null("+0000")
    whole = text.str.slice(0, 10) + "T" + clock + offset
    nothing = pl.Series(text.name, [None], dtype=pl.String)
    moment = whole.zip_with(written.fill_null(False), nothing)
    return moment.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", strict=False).cast(MOMENT)
