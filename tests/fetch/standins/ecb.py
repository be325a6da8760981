"""ECB reference rates: the daily history (zip, XML), the last day, and monthly averages as CSV."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from statistics import fmean

from .archives import zip_of
from .exchange import Request, Response, file_answer, lines, not_found
from .world import World, midnight

CURRENCIES = ("USD", "JPY", "GBP", "TRY", "CNY", "RUB")
ROUBLE_END = date(2022, 3, 1)
FOLDER = "/stats/eurofxref/"


def answer(world: World, request: Request) -> Response:
    """Answer as `https://www.ecb.europa.eu` and `https://data-api.ecb.europa.eu` do."""
    days = list(fixing_days(request.now))
    written = midnight(days[-1]) + timedelta(hours=15)
    name = request.path.removeprefix(FOLDER)
    if request.path == f"{FOLDER}eurofxref-hist.zip":
        packed = zip_of({"eurofxref-hist.csv": _table(world, days)}, request.member_prefix)
        return file_answer(packed, "application/zip", written, name)
    if request.path == f"{FOLDER}eurofxref-hist.xml":
        return file_answer(_xml(world, days), "text/xml", written)
    if request.path == f"{FOLDER}eurofxref-daily.xml":
        return file_answer(_xml(world, days[-1:]), "text/xml", written)
    if request.path.startswith("/service/data/EXR/M.") and request.query.get("format") == "csvdata":
        return _monthly(world, request, days, written)
    return not_found()


def fixing_days(now: datetime) -> Iterator[date]:
    """Working days from 2021 on whose rates are out (about 15:00 UTC), oldest first."""
    day = date(2021, 1, 4)
    while midnight(day) + timedelta(hours=15) <= now:
        if day.weekday() < 5:
            yield day
        day += timedelta(days=1)


def rate(world: World, currency: str, day: date) -> float | None:
    """Made-up units of a currency for one euro; none for the rouble after its last day."""
    if currency == "RUB" and day > ROUBLE_END:
        return None
    base = 1 + zlib.crc32(currency.encode()) % 20
    return round(base + zlib.crc32(repr((world.seed, currency, day)).encode()) % 1000 / 10_000, 4)


def _table(world: World, days: list[date]) -> bytes:
    """Newest day first, `N/A` for gaps, and a trailing comma that makes an empty last column."""
    rows = [f"Date,{','.join(CURRENCIES)},"]
    for day in reversed(days):
        rates = (rate(world, currency, day) for currency in CURRENCIES)
        rows.append(f"{day.isoformat()},{','.join('N/A' if each is None else f'{each}' for each in rates)},")
    return lines(rows)


def _xml(world: World, days: list[date]) -> bytes:
    cubes = []
    for day in reversed(days):
        rates = ((currency, rate(world, currency, day)) for currency in CURRENCIES)
        inner = "".join(
            f'<Cube currency="{name}" rate="{each}"/>' for name, each in rates if each is not None
        )
        cubes.append(f'<Cube time="{day.isoformat()}">{inner}</Cube>')
    spaces = 'xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
    spaces += 'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"'
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<gesmes:Envelope {spaces}>'
    head += "<gesmes:subject>Reference rates</gesmes:subject>"
    return f"{head}<Cube>{''.join(cubes)}</Cube></gesmes:Envelope>".encode()


def _monthly(world: World, request: Request, days: list[date], written: datetime) -> Response:
    """Averages of whole months: `/service/data/EXR/M.USD.EUR.SP00.A?format=csvdata`."""
    key = request.path.removeprefix("/service/data/EXR/")
    parts = key.split(".")
    if len(parts) != 5 or parts[1] not in CURRENCIES or parts[2:] != ["EUR", "SP00", "A"]:
        return not_found("No results found.")
    since, until = request.query.get("startPeriod", ""), request.query.get("endPeriod", "9999")
    rows = ["KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,OBS_STATUS"]
    for month in sorted({f"{day:%Y-%m}" for day in days if f"{day:%Y-%m}" < f"{request.now:%Y-%m}"}):
        rates = [rate(world, parts[1], day) for day in days if f"{day:%Y-%m}" == month]
        known = [each for each in rates if each is not None]
        if known and since <= month <= until:
            rows.append(f"EXR.{key},M,{parts[1]},EUR,SP00,A,{month},{fmean(known):.6f},A")
    return file_answer(lines(rows), "text/csv", written)
