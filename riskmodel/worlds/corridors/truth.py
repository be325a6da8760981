"""What is true in a world: the tables that a scorer never sees and is judged by."""

from __future__ import annotations

import numpy as np
import polars as pl

from riskmodel.worlds.corridors.decoys import DecoyNote
from riskmodel.worlds.corridors.months import month_at, month_starts
from riskmodel.worlds.corridors.news import attention_window
from riskmodel.worlds.corridors.plan import CorridorPlan
from riskmodel.worlds.corridors.planted import PlantedFlows

TRUTH: dict[str, pl.DataType] = {
    "episode_id": pl.String(),
    "kind": pl.String(),  # diversion, ghost_trade, or the name of a decoy switch
    "country": pl.String(),  # where the goods come in; ALL for the price boom
    "via": pl.String(),  # second country of a chain
    "hops": pl.Int64(),
    "start": pl.Date(),
    "ramp_months": pl.Int64(),
    "crackdown": pl.Date(),
    "stop": pl.Date(),  # first month without
    "codes": pl.String(),  # HS6 codes with their share of the value, or codes alone; empty: all
    "pass_through": pl.Float64(),
    "onward_declared": pl.Float64(),  # share of what reaches Russia that the last country declares
    "peak_usd_per_month": pl.Int64(),  # largest month, inbound
    "inbound_usd": pl.Int64(),
    "onward_usd": pl.Int64(),
    "peak_multiple": pl.Float64(),  # decoys: the multiple that values reach
}

TRUTH_MONTHLY: dict[str, pl.DataType] = {
    "episode_id": pl.String(),
    "country": pl.String(),
    "via": pl.String(),
    "hs6": pl.String(),
    "period": pl.Date(),
    "inbound_usd": pl.Int64(),
    "between_usd": pl.Int64(),
    "onward_usd": pl.Int64(),
    "declared_usd": pl.Int64(),
}


def truth_table(plan: CorridorPlan) -> pl.DataFrame:
    """One row for each planted episode and each decoy, columns `TRUTH`."""
    rows = [_episode_row(plan, flows) for flows in plan.planted]
    rows += [_decoy_row(plan, note) for note in all_notes(plan)]
    return pl.DataFrame(rows, schema=TRUTH, orient="row")


def all_notes(plan: CorridorPlan) -> list[DecoyNote]:
    """Decoys in the flows, in the reporting and in the news."""
    notes = list(plan.notes)
    for country in (*plan.cast.coalition, *plan.cast.transit):
        habits = plan.habits[country]
        if habits.kind != "full":
            first = int(np.argmax(np.isnat(habits.release)))
            notes.append(DecoyNote("missing_reporters", country, (), first, None, None))
        if habits.late:
            notes.append(DecoyNote("late_reporters", country, (), 0, None, None))
        hidden = tuple(plan.cast.goods["hs6"].gather(list(habits.confidential)).to_list())
        if hidden:
            notes.append(DecoyNote("confidentiality", country, hidden, 0, None, None))
    if plan.params.decoys.attention:
        for country in plan.roles.attention:
            start, stop = attention_window(plan, country)
            notes.append(DecoyNote("attention", country, (), start, stop, None))
    return notes


def monthly_truth(plan: CorridorPlan) -> pl.DataFrame:
    """Dollars moved by episode, code and month, columns `TRUTH_MONTHLY`; months with nothing left out."""
    frames = [pl.DataFrame(schema=TRUTH_MONTHLY)]
    for flows in plan.planted:
        inbound = flows.inbound.sum(axis=0)
        good, month = np.nonzero(inbound + flows.between + flows.onward)
        frame = pl.DataFrame(
            {
                "episode_id": [flows.episode.episode_id] * good.size,
                "country": [flows.episode.country] * good.size,
                "via": pl.Series([flows.episode.via] * good.size, dtype=pl.String),
                "hs6": plan.cast.goods["hs6"].gather(good),
                "period": pl.Series(month_starts(plan.params)[month]).cast(pl.Date),
                "inbound_usd": inbound[good, month],
                "between_usd": flows.between[good, month],
                "onward_usd": flows.onward[good, month],
                "declared_usd": flows.declared[good, month],
            },
            schema=TRUTH_MONTHLY,
        )
        frames.append(frame)
    return pl.concat(frames).sort("episode_id", "hs6", "period")


def controls_table(plan: CorridorPlan) -> pl.DataFrame:
    """When each listed code came under control: hs6, controlled_from."""
    dates = [month_at(plan.params, int(m)) for m in plan.roles.controls]
    table = plan.cast.goods.select("hs6", "tier").with_columns(
        controlled_from=pl.Series(dates, dtype=pl.Date)
    )
    return table.filter(pl.col("tier").is_not_null()).select("hs6", "controlled_from")


def _episode_row(plan: CorridorPlan, flows: PlantedFlows) -> dict[str, object]:
    e, params = flows.episode, plan.params
    inbound = flows.inbound.sum(axis=(0, 1))
    codes = zip(plan.cast.goods["hs6"].to_list(), e.weights.tolist(), strict=True)
    return {
        "episode_id": e.episode_id,
        "kind": "ghost_trade" if e.ghost else "diversion",
        "country": e.country,
        "via": e.via,
        "hops": 2 if e.via else 1,
        "start": month_at(params, e.start),
        "ramp_months": e.ramp_months,
        "crackdown": None if e.crackdown is None else month_at(params, e.crackdown),
        "stop": None if e.stop is None else month_at(params, e.stop),
        "codes": " ".join(f"{code}:{share:.3f}" for code, share in codes if share >= 0.0005),
        "pass_through": round(e.pass_through, 4),
        "onward_declared": round(e.onward_kept, 4),
        "peak_usd_per_month": int(inbound.max()),
        "inbound_usd": int(inbound.sum()),
        "onward_usd": int(flows.onward.sum()),
        "peak_multiple": None,
    }


def _decoy_row(plan: CorridorPlan, note: DecoyNote) -> dict[str, object]:
    return {
        "episode_id": f"{note.kind}-{note.country}",
        "kind": note.kind,
        "country": note.country,
        "start": month_at(plan.params, note.start),
        "stop": None if note.stop is None else month_at(plan.params, note.stop),
        "codes": " ".join(note.codes),
        "peak_multiple": note.peak,
    }
