"""The broken batches: for every rule of every contract at least one that breaks only it."""

from __future__ import annotations

from tools.contracts.breaks_of_inputs import INPUT_BREAKS
from tools.contracts.breaks_of_outputs import OWN_BREAKS
from tools.contracts.examples import Break

BREAKS: tuple[Break, ...] = (*INPUT_BREAKS, *OWN_BREAKS)
