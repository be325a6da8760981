"""The model card: what a model is, how it was judged, what it must not be used for. Generated."""

from __future__ import annotations

from collections.abc import Sequence

from riskmodel.backtest.names import method_name, reachable_words
from riskmodel.backtest.results import Gain, TrainingBacktest
from riskmodel.model.head import AdditiveHead
from riskmodel.model.listing import LISTING_BY_NAME
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


def listing_card(
    manifest: TrainingManifest,
    backtest: TrainingBacktest,
    head: AdditiveHead,
    left_out: Sequence[str],
    over_rule: Gain,
) -> str:
    """Markdown of the card of a model of listings.

    left_out: signals that could not be learnt. over_rule: gain over the decayed count of earlier listings.
    """
    found = backtest.evaluation
    return render_markdown(
        "listing_card.md.jinja",
        manifest=manifest,
        backtest=backtest,
        slices={words: found.slices[name] for name, words in SLICES.items() if name in found.slices},
        learnt=[LISTING_BY_NAME[name] for name in head.signals],
        left_out=[LISTING_BY_NAME[name].label for name in left_out],
        over_rule=over_rule,
        method_name=method_name,
    )


SLICES = {
    "all": "All rows",
    "onset_only": "Onsets only (no event in the twelve months before)",
    "without_big_four": "Without China, Hong Kong, Turkey and the Emirates",
}
