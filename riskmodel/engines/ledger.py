"""What is done already: one line for each finished part, so that a restart does not do it again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from riskmodel.engines.places import Place

_KINDS = {"work": str, "key": str, "sha256": str, "bytes": int}


@dataclass(frozen=True)
class Receipt:
    """Where the result of one part lies; a few hundred bytes, whatever the part holds.

    Attributes
    ----------
    work: name of the job. key: digest of what went in: the part, the code, the libraries, the function.
    sha256, bytes: of the result.
    """

    work: str
    key: str
    sha256: str
    bytes: int

    @property
    def file(self) -> str:
        """Name of the result at its place."""
        return f"results/{self.key}"


class Ledger:
    """The receipts at a place, appended one by one; lines that cannot be read count as not done."""

    def __init__(self, place: Place) -> None:
        self._place = place
        found = (_receipt(line) for line in place.notes())
        self._done = {one.key: one for one in found if one is not None}

    def find(self, key: str) -> Receipt | None:
        """The receipt of a part, or None where it has to be done."""
        return self._done.get(key)

    def add(self, receipt: Receipt) -> None:
        """Note that a part is done; its result must be in place before."""
        self._place.note(receipt.key, json.dumps(asdict(receipt), sort_keys=True))
        self._done[receipt.key] = receipt


def _receipt(line: str) -> Receipt | None:
    try:
        found = json.loads(line)
        if isinstance(found, dict) and all(
            isinstance(found.get(name), kind) for name, kind in _KINDS.items()
        ):
            return Receipt(**{name: found[name] for name in _KINDS})
    except (ValueError, RecursionError):
        pass
    return None
