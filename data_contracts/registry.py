"""The contracts by kind of table."""

from __future__ import annotations

from data_contracts.contract import Contract
from data_contracts.trade_flows.contract import CONTRACT as TRADE_FLOWS

CONTRACTS: dict[str, Contract] = {contract.name: contract for contract in (TRADE_FLOWS,)}
