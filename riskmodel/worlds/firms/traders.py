"""Trading firms that supply Russian users from third countries: founded, listed, founded again elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.russia import Lost
from riskmodel.worlds.firms.settings import FirmSettings

GENERATIONS = 3
MOST_FIRMS = 40
MOST_TIMES_USUAL = 40  # goods diverted a year over usual yearly imports of the country


@dataclass(frozen=True)
class Host:
    """A country in which trading firms forward goods to Russia.

    Attributes
    ----------
    place: country. yearly_usd: goods a year that leave for Russia at full pace.
    start: month of the first firm. stop: month after which no firm forwards (end of the world if never).
    crackdown: month in which authorities close `severity` of the firms; end of the world if never.
    declares: usual share of shipments declared as exports to Russia. unseen: share of firms whose imports
    stay in a free zone outside the statistics.
    """

    place: int
    yearly_usd: float
    start: float
    stop: float
    crackdown: float
    severity: float
    declares: float
    unseen: float


@dataclass(frozen=True)
class Trader:
    """A trading firm.

    Attributes
    ----------
    host: number of its host. founded: month; before the controls for an existing firm.
    start, end: months of first and last orders. yearly_usd: what it forwards a year at full pace.
    listed: month in which it is listed, NaN: never. parent: number of the firm it follows, -1: none.
    declares, neighbour: shares of shipments declared to Russia, and declared under a neighbouring code.
    unseen: its imports are in no statistics. markup: price on leaving over price on arrival.
    delay: mean months of forwarding. second: host that its goods pass next, -1: none.
    """

    host: int
    founded: float
    start: float
    end: float
    yearly_usd: float
    listed: float
    parent: int
    declares: float
    neighbour: float
    unseen: bool
    markup: float
    delay: float
    second: int


def draw_hosts(settings: FirmSettings, places: Places, lost: Lost) -> tuple[Host, ...]:
    """Draw size, start and end of diversion in each diverting country."""
    rng = settings.rng("hosts")
    n = len(places.diverters)
    last = float(settings.n_months)
    low, high = np.log([settings["diverted_small_usd"], settings["diverted_large_usd"]]).tolist()
    size = np.exp(np.sort(rng.uniform(low, high, n)))
    size[-1] = np.exp(high)
    usual = places.imports_usd[places.diverters - places.n_members]
    size = size[np.argsort(np.argsort(np.log(usual) + rng.normal(0, 2.5, n)))]
    size = np.minimum(size, MOST_TIMES_USUAL * usual + 1e6)
    size *= min(1.0, settings["most_of_lost"] * lost.usd_month.sum() * 12 / size.sum())
    start = settings.controls + np.where(rng.random(n) < 0.55, rng.uniform(0, 5, n), rng.uniform(4, 22, n))
    start = np.minimum(start, last - 5)
    stop = np.where(rng.random(n) < 0.18, start + rng.uniform(6, 16, n), last)
    crackdown = np.where(rng.random(n) < 0.25, rng.uniform(settings.controls + 9, last, n), last)
    crackdown = np.where(crackdown < start + 4, last, crackdown)
    open_border = rng.random(n) < 0.15
    declares = np.where(
        open_border, 0.0, np.clip(settings["declares_onward"] + rng.normal(0, 0.2, n), 0.02, 0.98)
    )
    severity, unseen = rng.uniform(0.6, 1.0, n), rng.beta(0.6, 2.4, n)
    columns = (places.diverters, size, start, stop, crackdown, severity, declares, unseen)
    return tuple(Host(int(row[0]), *map(float, row[1:])) for row in zip(*columns, strict=True))


def draw_traders(settings: FirmSettings, hosts: tuple[Host, ...]) -> tuple[Trader, ...]:
    """All trading firms of all generations; the number of a firm is its place in the tuple."""
    rng = settings.rng("traders")
    firms: list[Trader] = []
    fresh = [
        _ended(settings, rng, hosts, firm)
        for number, host in enumerate(hosts)
        for firm in _first_firms(settings, rng, number, host, len(hosts))
    ]
    for _ in range(GENERATIONS):
        begin = len(firms)
        firms += fresh
        followers = (_successor(settings, rng, hosts, begin + at, firm) for at, firm in enumerate(fresh))
        fresh = [_ended(settings, rng, hosts, one) for one in followers if one is not None]
    return tuple(firms)


def _first_firms(
    settings: FirmSettings, rng: np.random.Generator, number: int, host: Host, n_hosts: int
) -> list[Trader]:
    """Firms of a host that begin without having followed another; one or two make most of the trade."""
    n = int(np.clip(1 + rng.poisson(1.6 * (host.yearly_usd / 1e6) ** 0.35), 1, MOST_FIRMS))
    size = rng.pareto(1.1, n) + 0.2
    size *= host.yearly_usd / size.sum()
    existing = rng.random(n) < settings["local_distributor"]
    start = host.start + np.where(np.arange(n) == 0, 0, rng.exponential(5, n))
    founded = start - rng.exponential(settings["months_to_found"] / 2, n) - 0.3
    late = rng.random(n) > settings["new_firm_share"]
    founded = np.where(existing, -rng.uniform(10, 90, n), np.where(late, founded - 3, founded))
    return [
        _habits(
            settings, rng, number, host, n_hosts, float(founded[at]), float(start[at]), float(size[at]), -1
        )
        for at in range(n)
    ]


def _habits(
    settings: FirmSettings,
    rng: np.random.Generator,
    number: int,
    host: Host,
    n_hosts: int,
    founded: float,
    start: float,
    yearly: float,
    parent: int,
) -> Trader:
    """A firm with habits of its own around those of its host; its end is decided later."""
    hides = rng.random() < 2 * settings["neighbour_code"]
    second = int(rng.integers(n_hosts)) if rng.random() < settings["through_second"] else -1
    return Trader(
        host=number,
        founded=founded,
        start=start,
        end=start + float(rng.exponential(40)) + 2,
        yearly_usd=yearly,
        listed=float("nan"),
        parent=parent,
        declares=float(rng.beta(4 * host.declares, 4 * (1 - host.declares))) if host.declares > 0 else 0.0,
        neighbour=float(rng.uniform(0.2, 0.9)) if hides else 0.0,
        unseen=bool(rng.random() < host.unseen),
        markup=float(rng.uniform(settings["markup_low"], settings["markup_high"])),
        delay=float(settings["forward_months"] * rng.lognormal(0, 0.4)),
        second=-1 if second == number else second,
    )


def _ended(settings: FirmSettings, rng: np.random.Generator, hosts: tuple[Host, ...], firm: Trader) -> Trader:
    """The firm with its listing and its end: own failure, listing, crackdown, or the end of the trade."""
    host = hosts[firm.host]
    end = min(firm.end, host.stop + rng.uniform(0, 1.5))
    if rng.random() < host.severity and firm.start < host.crackdown:
        end = min(end, host.crackdown + rng.uniform(0, 1))
    watched = (max(firm.yearly_usd, 1e4) / 5e6) ** -0.12
    listed = firm.start + rng.gamma(3, settings["months_to_listing"] / 3) * watched
    if rng.random() > 0.75 or listed > min(settings.n_months, end + 8):
        return replace(firm, end=end)
    return replace(firm, end=min(end, listed + rng.uniform(0, 1.5)), listed=listed)


def _successor(
    settings: FirmSettings, rng: np.random.Generator, hosts: tuple[Host, ...], number: int, firm: Trader
) -> Trader | None:
    """What the owner founds after the end of a firm, in the same country or in another; None: nothing."""
    if firm.end > settings.n_months - 3 or rng.random() > settings["refound_share"]:
        return None
    host = hosts[firm.host]
    pressed = firm.end >= min(host.crackdown, host.stop) - 1
    open_now = [
        at
        for at, one in enumerate(hosts)
        if at != firm.host
        and one.start < firm.end + 1 < min(one.stop, one.crackdown) - 3
        and firm.yearly_usd < 3 * one.yearly_usd
    ]
    moves = pressed or rng.random() < settings["refound_abroad"]
    if moves and not open_now:
        return None
    at = int(rng.choice(open_now)) if moves else firm.host
    founded = firm.end + float(rng.uniform(0.3, 2))
    yearly = firm.yearly_usd * float(rng.uniform(0.3, 1.1))
    start = founded + float(rng.uniform(0.5, 2))
    return _habits(settings, rng, at, hosts[at], len(hosts), founded, start, yearly, number)
