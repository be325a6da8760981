"""A plausible, made-up manifest of a run, for tests that need one and do not score."""

from __future__ import annotations

from datetime import date

from features.articles.rates import ArticleWindows
from riskmodel.report.manifest import (
    GoodsOfRun,
    InputOfRun,
    ModelOfRun,
    RowsOfRun,
    RunManifest,
    SettingsOfRun,
)


def made_manifest() -> RunManifest:
    return RunManifest(
        format=1,
        as_of=date(2024, 6, 30),
        simulated=True,
        simulated_inputs=("trade", "articles", "listings"),
        model=ModelOfRun("transit-2026a", "transit", "simulated worlds", 6),
        settings=SettingsOfRun("2019-01:2021-12", 12, 18, ArticleWindows(), second_reader=False),
        goods=GoodsOfRun("Common High Priority List", 50, "9f" * 32, True, False, ()),
        inputs=(InputOfRun("trade", "trade_flows.parquet", "ab" * 32, 123456, "canonical", 98765),),
        rows={
            "trade": RowsOfRun(
                98765, 98001, 64, {"aggregate_row": 700}, {"not_on_goods_list": 90000, "used": 8001}
            )
        },
        ignored_columns={"trade": ()},
        contracts={"trade": "cd" * 32, "signals": "ef" * 32},
        revisions=(),
        control_countries=("BRA", "CHL"),
        coalition=("DEU", "USA", "JPN"),
        not_scored={"BLR": "Belarus is not a transit country in this question", "RUS": "the destination"},
        drift=(),
        signals_sha256="12" * 32,
        code_sha256="34" * 32,
        versions={"polars": "2.1.0", "scikit-learn": "1.9.0"},
        notes=("listings end in December 2023",),
        run_id="r-3f2a90c1",
    )
