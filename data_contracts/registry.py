"""The contracts by kind of table."""

from __future__ import annotations

from data_contracts.articles.contract import CONTRACT as ARTICLES
from data_contracts.contract import Contract
from data_contracts.gkg.contract import CONTRACT as GKG
from data_contracts.goods.contract import CONTRACT as GOODS
from data_contracts.listings.contract import CONTRACT as LISTINGS
from data_contracts.mentions.contract import CONTRACT as MENTIONS
from data_contracts.scores.contract import COUNTRY, PRODUCT
from data_contracts.signals.contract import CONTRACT as SIGNALS
from data_contracts.trade_flows.contract import CONTRACT as TRADE_FLOWS

CONTRACTS: dict[str, Contract] = {
    contract.name: contract
    for contract in (TRADE_FLOWS, ARTICLES, GKG, LISTINGS, GOODS, MENTIONS, SIGNALS, COUNTRY, PRODUCT)
}
