"""Works for tests of the engines; workers import this module by its name."""

import os
import signal
from pathlib import Path

import polars as pl

from riskmodel.engines.work import Work
from riskmodel.errors import InputUnreadable


def square(number: int, behaviour: str, folder: str, offset: int = 0) -> pl.DataFrame:
    """The square as a table, after what `behaviour` says; each call leaves a file in `folder`."""
    calls = len(list(Path(folder).glob(f"{number}-*")))
    Path(folder, f"{number}-{calls}").touch()
    if behaviour == "kill" or (behaviour == "kill once" and not calls):
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour == "raise":
        raise ValueError(f"no square of {number}\nsecond line \x1b[31m")
    if behaviour == "refuse":
        raise InputUnreadable("part.csv holds no number; export it again")
    if behaviour == "panic":
        raise BaseException("as a compiled library does")
    return pl.DataFrame({"n": [number], "square": [number * number + offset]})


SQUARE = Work(
    name="engine_works:SQUARE",
    title="squaring",
    function=square,
    describe=lambda number, behaviour, folder: f"number {number}",
    give=lambda number, behaviour, folder: {"number": number, "behaviour": behaviour, "folder": folder},
    take=lambda parcel: (parcel["number"], parcel["behaviour"], parcel["folder"]),
    to_parcel=lambda rows: {"rows": rows},
    from_parcel=lambda parcel: parcel["rows"],
    share=lambda offset: {"offset": offset},
    take_shared=lambda parcel: (parcel["offset"],),
)
