"""The network: an encoder of six layers as BERT has them (Devlin et al. 2018, arXiv:1810.04805), in numpy.

Each text is computed by itself, so its numbers do not depend on what else is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_TINY = np.float32(1e-12)


@dataclass(frozen=True, eq=False)
class Layer:
    """Weights of one layer: matrices (inputs x outputs) and their offsets; norms are (scale, offset)."""

    query: tuple[Floats, Floats]
    key: tuple[Floats, Floats]
    value: tuple[Floats, Floats]
    out: tuple[Floats, Floats]
    norm: tuple[Floats, Floats]
    wide: tuple[Floats, Floats]
    narrow: tuple[Floats, Floats]
    last_norm: tuple[Floats, Floats]


@dataclass(frozen=True, eq=False)
class Network:
    """Embeddings (pieces, places, first or second text), their norm, the layers and the answers' weights."""

    pieces: Floats
    places: Floats
    texts: Floats
    norm: tuple[Floats, Floats]
    layers: tuple[Layer, ...]
    answers: tuple[Floats, Floats]
    heads: int

    def answer(
        self, numbers: NDArray[np.int64], second: NDArray[np.bool_], target: NDArray[np.bool_]
    ) -> Floats:
        """Answers to one text.

        `numbers`: its pieces. `second`: those of the sentence itself, after what was said before. `target`:
        those that stand for the country; none where the sentence only means it.
        """
        state = self.pieces[numbers] + self.places[: len(numbers)] + self.texts[second.astype(np.int64)]
        state = _normed(state, self.norm)
        for layer in self.layers:
            state = self._through(layer, state)
        aimed = target & second
        seen = state[aimed if aimed.any() else second].mean(axis=0)
        return _times(np.concatenate([seen, state[second].mean(axis=0)])[None], self.answers)[0]

    def _through(self, layer: Layer, state: Floats) -> Floats:
        long, width = state.shape
        size = width // self.heads

        def parted(values: Floats) -> Floats:
            return values.reshape(long, self.heads, size).transpose(1, 0, 2)

        query, key, value = (parted(_times(state, w)) for w in (layer.query, layer.key, layer.value))
        alike = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(size))
        share = np.exp(alike - alike.max(axis=-1, keepdims=True))
        share /= share.sum(axis=-1, keepdims=True)
        mixed = (share @ value).transpose(1, 0, 2).reshape(long, width)
        state = _normed(state + _times(mixed, layer.out), layer.norm)
        return _normed(state + _times(_bent(_times(state, layer.wide)), layer.narrow), layer.last_norm)


def _times(values: Floats, weights: tuple[Floats, Floats]) -> Floats:
    return values @ weights[0] + weights[1]


def _normed(values: Floats, norm: tuple[Floats, Floats]) -> Floats:
    """Layer normalisation (Ba et al. 2016, arXiv:1607.06450)."""
    centred = values - values.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _TINY)
    return centred / spread * norm[0] + norm[1]


def _bent(values: Floats) -> Floats:
    """GELU in its tanh form (Hendrycks and Gimpel 2016, arXiv:1606.08415)."""
    inner = np.float32(np.sqrt(2 / np.pi)) * (values + np.float32(0.044715) * values**3)
    return (np.float32(0.5) * values * (np.float32(1) + np.tanh(inner))).astype(np.float32, copy=False)
