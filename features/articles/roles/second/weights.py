"""The stored network: whole numbers of eight bits with a scale for each row, and a pinned digest."""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from features.articles.roles.second.network import Floats, Layer, Network
from features.articles.roles.second.wordpiece import WordPieces

FILE = "second_reader.npz"
DIGEST_FILE = "second_reader.sha256"
HEADS = 12
_PARTS = ("query", "key", "value", "out", "norm", "wide", "narrow", "last_norm")


@lru_cache(maxsize=1)
def stored() -> tuple[Network, WordPieces]:
    """The shipped network and its vocabulary, read once.

    Raises ValueError where the file is not the one whose digest is stored with it.
    """
    folder = resources.files("features.articles.roles.second")
    content = (folder / FILE).read_bytes()
    expected = (folder / DIGEST_FILE).read_text(encoding="ascii").split()[0]
    if hashlib.sha256(content).hexdigest() != expected:
        raise ValueError(f"{FILE} is not the file that was shipped; install the package again.")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return from_arrays({name: arrays[name] for name in arrays.files})


def from_arrays(arrays: dict[str, NDArray[np.generic]]) -> tuple[Network, WordPieces]:
    """Network and vocabulary of stored arrays: see `packed`; `vocabulary` is UTF-8, a piece a line."""
    words = bytes(arrays["vocabulary"].astype(np.uint8)).decode("utf-8").split("\n")

    def whole(name: str) -> Floats:
        return unpacked(arrays[name], arrays[f"{name}.scale"])

    def plain(name: str) -> Floats:
        return np.ascontiguousarray(arrays[name].astype(np.float32))

    def pair(name: str) -> tuple[Floats, Floats]:
        weight = whole(f"{name}.weight").T if f"{name}.weight.scale" in arrays else plain(f"{name}.weight")
        return np.ascontiguousarray(weight), plain(f"{name}.bias")

    n_layers = sum(name.endswith(".query.weight") for name in arrays)
    layers = tuple(Layer(*(pair(f"{i}.{part}") for part in _PARTS)) for i in range(n_layers))
    network = Network(
        whole("pieces"), plain("places"), plain("texts"), pair("norm"), layers, pair("answers"), HEADS
    )
    return network, WordPieces({word: number for number, word in enumerate(words)})


def packed(matrix: Floats) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix as whole numbers from -127 to 127, and for each row what one of them is worth."""
    scale = np.maximum(np.abs(matrix).max(axis=1), 1e-12).astype(np.float32) / np.float32(127)
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale


def unpacked(numbers: NDArray[np.generic], scale: NDArray[np.generic]) -> Floats:
    """The matrix of `packed`, rounded as it was stored."""
    return numbers.astype(np.float32) * scale.astype(np.float32)[:, None]
