"""The model card: what a model is, how it was judged, what it must not be used for. Generated."""

from __future__ import annotations

from riskmodel.backtest.names import method_name, reachable_words
from riskmodel.backtest.results import TrainingBacktest
from riskmodel.outcomes.oracles import CAUSES, ORACLES
from riskmodel.report.environment import render_markdown
from riskmodel.training.manifest import ON_FAMILIES, ON_WORLDS, TrainingManifest


def model_card(manifest: TrainingManifest, backtest: TrainingBacktest) -> str:
    """Markdown of the card; `{model_id}` is left for the registry to fill."""
    found = backtest.evaluation
    return render_markdown(
        "card.md.jinja",
        manifest=manifest,
        simulated=manifest.trained_on in (ON_FAMILIES, ON_WORLDS),
        backtest=backtest,
        whole=found.slices["all"],
        onset=found.slices.get("onset_only"),
        found=found,
        reachable=reachable_words(found.reachable) if found.reachable else "",
        method_name=method_name,
        ORACLES=ORACLES,
        CAUSES=CAUSES,
    )
