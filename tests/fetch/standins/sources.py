"""The sources by name: who answers, which setting of the client holds the address, what the real one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from .exchange import Request, Response
from .world import World


@dataclass(frozen=True)
class Entry:
    """A source: the module that answers, the client's setting, the published origin it takes the place of."""

    module: str
    setting: str
    published: str

    @property
    def answer(self) -> Callable[[World, Request], Response]:
        made: Callable[[World, Request], Response] = import_module(f"{__package__}.{self.module}").answer
        return made


# References are files of Comtrade's own host; `RISKMODEL_UK_TRADE_URL` follows the pattern of the others.
SOURCES = {
    "comtrade": Entry("comtrade", "RISKMODEL_COMTRADE_URL", "https://comtradeapi.un.org"),
    "comext": Entry("comext", "RISKMODEL_COMEXT_URL", "https://ec.europa.eu"),
    "baci": Entry("baci", "RISKMODEL_BACI_URL", "https://www.cepii.fr"),
    "uk-trade": Entry("uk_trade", "RISKMODEL_UK_TRADE_URL", "https://api.uktradeinfo.com"),
    "gdelt": Entry("gdelt", "RISKMODEL_GDELT_URL", "http://data.gdeltproject.org"),
    "ofac": Entry("ofac", "RISKMODEL_OFAC_URL", "https://sanctionslistservice.ofac.treas.gov"),
    "csl": Entry("csl", "RISKMODEL_CSL_URL", "https://data.trade.gov"),
    "uk-list": Entry("uk_list", "RISKMODEL_UK_LIST_URL", "https://sanctionslist.fcdo.gov.uk"),
    "eu-annex-iv": Entry("eulex", "RISKMODEL_EULEX_URL", "http://publications.europa.eu"),
    "opensanctions": Entry("opensanctions", "RISKMODEL_OPENSANCTIONS_URL", "https://data.opensanctions.org"),
    "ecb": Entry("ecb", "RISKMODEL_ECB_URL", "https://www.ecb.europa.eu"),
    "federal-register": Entry(
        "federal_register", "RISKMODEL_FEDERAL_REGISTER_URL", "https://www.federalregister.gov"
    ),
}
