"""A partition function as every engine runs it, and what a worker does with an order for one part."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Generic, TypeVar

from data_contracts.plain_text import one_line
from riskmodel.engines.parcel import Parcel, pack, unpack
from riskmodel.engines.places import Place, open_place
from riskmodel.errors import RiskmodelError, WrongUsage
from riskmodel.operations import disk
from riskmodel.publication.digests import code_digest, digest_json
from riskmodel.publication.libraries import library_versions

Result = TypeVar("Result")
Arguments = tuple[Any, ...]
WORDS = 200  # characters of a failure that travel: an answer stays below 1 kB


def _nothing(*_: Any) -> Parcel:
    return {}


def _no_arguments(_: Parcel) -> Arguments:
    return ()


@dataclass(frozen=True)
class Work(Generic[Result]):
    """One partition function, and how its arguments and its result are written.

    Attributes
    ----------
    name: where a worker finds it: `riskmodel.module:CONSTANT`. title: for sentences: `reading articles`.
    function: a pure function `function(*each, *shared)`, the same for every engine.
    describe: the part in words, from `each`.
    give, take: the arguments of one part to a parcel and back. share, take_shared: the same for arguments
        that all parts have in common.
    to_parcel, from_parcel: the result to a parcel and back.
    """

    name: str
    title: str
    function: Callable[..., Result]
    describe: Callable[..., str]
    give: Callable[..., Parcel]
    take: Callable[[Parcel], Arguments]
    to_parcel: Callable[[Result], Parcel]
    from_parcel: Callable[[Parcel], Result]
    share: Callable[..., Parcel] = _nothing
    take_shared: Callable[[Parcel], Arguments] = _no_arguments


@dataclass(frozen=True)
class Order:
    """What a worker is sent for one part: names and digests only.

    Attributes
    ----------
    number: of the order, unique in this process. words: the part, for sentences.
    work: `Work.name`. place: name of the place. key: of part, code and function; given: file with arguments.
    shared: key of the shared arguments, or empty. environment: of the code and libraries that may do it.
    """

    number: int
    words: str
    work: str
    place: str
    key: str
    shared: str
    environment: str

    @property
    def given(self) -> str:
        """Name of the file with the arguments."""
        return f"given/{self.key}"

    def message(self) -> dict[str, str]:
        """What is sent."""
        return {name: str(value) for name, value in vars(self).items() if name != "words"}


@cache
def environment() -> str:
    """Digest of code and libraries: only workers with the same give the same bytes."""
    return digest_json([code_digest(), library_versions()])


def digest_bytes(content: bytes) -> str:
    """sha256 as hex."""
    return hashlib.sha256(content).hexdigest()


def do_order(message: Mapping[str, str]) -> dict[str, str | int]:
    """Do one part: arguments are read from its place, the result is written there; never raises.

    The answer has `sha256` and `bytes` of the result, or `failed` (a name of `riskmodel.errors`, or empty)
    and `words`.
    """
    try:
        if message["environment"] != environment():
            raise WrongUsage(
                "A worker runs another version of this program or of its libraries; install the same on all "
                "machines and start the workers again."
            )
        work, place = find_work(message["work"]), open_place(message["place"])
        arguments = work.take(unpack(_given(place, f"given/{message['key']}")))
        shared = _shared(work.name, place.name, message["shared"]) if message["shared"] else ()
        content = pack(work.to_parcel(work.function(*arguments, *shared)))
        place.write(f"results/{message['key']}", content)
    except BaseException as error:  # compiled libraries raise panics that are no Exception
        return _failure(error)
    return {"sha256": digest_bytes(content), "bytes": len(content)}


def find_work(name: str) -> Work[Any]:
    """The work of a name."""
    module, _, constant = name.partition(":")
    found = getattr(import_module(module), constant, None)
    if not isinstance(found, Work):
        raise WrongUsage(f"{one_line(name, 80)} names no work of this program.")
    return found


def _given(place: Place, name: str) -> bytes:
    try:
        return place.read(name)
    except FileNotFoundError:
        raise WrongUsage(
            f"A worker finds no part at {one_line(place.name, 100)}; --parts must name a folder or an object "
            "store that all workers see."
        ) from None


@lru_cache(maxsize=1)
def _shared(work: str, place: str, key: str) -> Arguments:
    return find_work(work).take_shared(unpack(_given(open_place(place), f"shared/{key}")))


def _failure(error: BaseException) -> dict[str, str | int]:
    if isinstance(error, RiskmodelError):
        return {"failed": type(error).__name__, "words": one_line(str(error), 2 * WORDS)}
    if disk.is_full(error):
        return {"failed": "", "words": "the disk of a worker or of --parts is full"}
    return {"failed": "", "words": one_line(f"{type(error).__name__}: {error}", WORDS)}
