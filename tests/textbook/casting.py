"""Who plays in which table, and under which country code."""

from __future__ import annotations

import zlib
from typing import Literal

import numpy as np

from data_contracts.codes.never_scored import NEVER_SCORED
from features.reference.facts import coalition, control_candidates, country_names

from . import cases
from .goods import AS_OF

TableName = Literal["plain", "cases"]

INBOUND_ONLY: dict[str, cases.Case] = {
    "inbound_only_silent": cases.inbound_only_silent,
    "inbound_only_importer": cases.inbound_only_importer,
}
DIVERTERS: dict[str, cases.Case] = {
    "surge_old_lines": cases.surge_old_lines,
    "surge_new_lines": cases.surge_new_lines,
    "huge_economy": cases.huge_economy,
    "tiny_economy": cases.tiny_economy,
    "customs_union": cases.customs_union,
    "without_crackdown": cases.without_crackdown,
}
DECOYS: dict[str, cases.Case] = {
    "growth_of_everything": cases.growth_of_everything,
    "one_project": cases.one_project,
    "price_boom_1": cases.price_boom,
    "price_boom_2": cases.price_boom,
    "price_boom_3": cases.price_boom,
    "legal_hub": cases.legal_hub,
    "relocation": cases.relocation,
    "own_industry": cases.own_industry,
}
PLAIN: dict[str, cases.Case] = {f"plain_{number:02d}": cases.plain for number in range(1, 21)}
CONTROLS: dict[str, cases.Case] = {f"control_{number}": cases.control for number in range(1, 9)}
CASTS: dict[TableName, dict[str, cases.Case]] = {
    "plain": {"plain_diverter": cases.plain_diverter} | INBOUND_ONLY | PLAIN | CONTROLS,
    "cases": INBOUND_ONLY | DIVERTERS | {"crackdown": cases.crackdown} | DECOYS | PLAIN | CONTROLS,
}

# Which country plays which part is drawn by the seed: the code is a label and says nothing about the country
# that has it. Places with hardly any trade of their own are left out.
NO_TRADERS = frozenset(
    ("ALA", "AND", "ATA", "ESH", "GIB", "GGY", "IMN", "JEY", "MCO", "SJM", "SMR", "SPM", "VAT")
)
FAR_AWAY = ("ARG", "CHL", "COL", "ECU", "GHA", "KEN", "NGA", "PER", "PRY", "SEN", "TZA", "URY")


def labels(name: TableName, seed: int) -> dict[str, str]:
    """The country code that plays each case of a table: drawn by the seed."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    taken = coalition(AS_OF) | NEVER_SCORED | NO_TRADERS | set(control_candidates(AS_OF))
    free = sorted(set(country_names()) - taken)
    roles = [case for case in CASTS[name] if case not in CONTROLS]
    drawn = rng.permutation(free)[: len(roles)].tolist() + rng.permutation(FAR_AWAY)[: len(CONTROLS)].tolist()
    return dict(zip([*roles, *CONTROLS], drawn, strict=True))
