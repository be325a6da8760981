"""`make quick` enters every room."""

from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
CHOSEN = [line.partition("::")[0] for line in (CHECKOUT / "tests" / "quick.txt").read_text().splitlines()]
# The contracts are one room here: a chosen test goes through all of them by their registry.
ROOMS = ["data_contracts.registry"] + [
    f"{package}.{place.parent.name}"
    for package in ("riskmodel", "features")
    for place in sorted((CHECKOUT / package).glob("*/__init__.py"))
]


def test_every_chosen_file_is_there() -> None:
    assert [name for name in CHOSEN if not (CHECKOUT / name).is_file()] == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_chosen_test_names_the_room(room: str) -> None:
    package, name = room.split(".")
    lies = (f"tests/{name}/", f"tests/{package}/{name}/")
    texts = ((CHECKOUT / chosen).read_text(encoding="utf-8") for chosen in CHOSEN)
    assert any(chosen.startswith(lies) for chosen in CHOSEN) or any(room in text for text in texts)
