"""The model card: what a model is, how it was judged, what it must not be used for. Generated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodel.explain.event import EVENT_WORDS
from riskmodel.outcomes.oracles import CAUSES, ORACLES

METHOD_NAMES = {
    "model": "this model",
    "logistic": "additive logistic (candidate)",
    "boosting": "additive boosting (candidate)",
    "climatology": "climatology",
    "persistence": "persistence",
    "growth_of_coalition_exports": "growth of coalition exports",
    "log_exports_to_russia": "log exports to Russia",
    "matched_transit_alone": "matched transit alone",
    "article_rate": "article rate",
    "us_list_2022": "US list of June 2022",
    "isolation_forest": "isolation forest",
}


def model_card(manifest: Mapping[str, Any], backtest: Mapping[str, Any]) -> str:
    """Markdown of the card; `{model_id}` is left for the registry to fill."""
    simulated = manifest["trained_on"] == "simulated worlds"
    parts = [
        "# Model {model_id}",
        "",
        f"The probability that in the six months after the date, {EVENT_WORDS[manifest['target']]}.",
        "",
        "## What it was trained on",
        "",
        _training_words(manifest, simulated),
        "",
        "## How it works",
        "",
        f"Candidate `{manifest['candidate']}`: log-odds are a sum of one monotone function for each "
        "signal, flat beyond the training range, calibrated by a sigmoid fitted on countries left out. "
        "Heads: "
        + ", ".join(f"`{name}`" for name in manifest["head_rows"])
        + ". A signal that is not known contributes exactly 0. The interval is the "
        f"{manifest['interval']['level']:.0%} central range of {manifest['interval']['draws']} refits on "
        "countries drawn with replacement, widened to hold the estimate; it tells how much the countries "
        "seen in training matter, not how wrong the inputs may be.",
        "",
        "## How it was judged",
        "",
        backtest["protocol"],
        "",
        *_table(backtest["evaluation"]["slices"]["all"]),
        "",
        *_onset(backtest["evaluation"]["slices"].get("onset_only", {})),
        "",
        *_reachable(backtest["evaluation"].get("reachable", {})),
        *_alarms(backtest["evaluation"].get("alarms", {})),
        *_roles(backtest["evaluation"].get("roles", {})),
        *_hidden(backtest.get("inputs_hidden", {})),
        f"Choice between the candidates: {_choice_words(backtest['choice'])}",
        "",
        "## What it must not be used for",
        "",
        "- It is no proof, and no probability of guilt, of any country, firm or person. It is a reason "
        "to look.",
        "- It must not decide alone on a licence, a payment, an inspection or a listing.",
        "- It does not judge firms or single shipments: it sees countries and months.",
        "- It must not be read where the inbound leg was not reported (the scorer abstains), nor compared "
        "across grades as if the same were known.",
        "",
        "## Limits",
        "",
        *_limits(simulated),
        "",
    ]
    return "\n".join(parts)


def _training_words(manifest: Mapping[str, Any], simulated: bool) -> str:
    counts = (
        f"{manifest['rows']} rows of {manifest['countries']} countries, {manifest['events']} of them events"
    )
    dropped = (
        ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in manifest["dropped"].items()) or "none"
    )
    if simulated:
        return (
            f"On **simulated worlds only**: {manifest['worlds']['n']} worlds with planted diversion and "
            f"decoys, seeds from {manifest['worlds']['seed']}. {counts}; rows left out: {dropped}. No real "
            "country taught it anything, and the roles of countries in the worlds are drawn at random."
        )
    window = f"{manifest['window']['first']} to {manifest['window']['last']}"
    invented = ", ".join(manifest["inputs"].get("simulated", ()))
    warning = f" **Simulated data**: {invented}; no real country is spoken of." if invented else ""
    return f"On the user's own tables, {window}. {counts}; rows left out: {dropped}.{warning}"


def _table(slice_: Mapping[str, Any]) -> list[str]:
    if "methods" not in slice_:
        return ["No event was among the rows to be judged on; nothing can be said."]
    lines = [
        f"{slice_['rows']} rows, {slice_['events']} events. Brackets: 90 % bootstrap over countries.",
        "",
        "| method | average precision | precision@10 | recall@20 | Brier skill | calibration error |",
        "|---|---|---|---|---|---|",
    ]
    for name, m in slice_["methods"].items():
        lines.append(
            f"| {METHOD_NAMES.get(name, name)} | "
            f"{_number(m['average_precision'], m['average_precision_90'])} | "
            f"{_number(m['precision_at_10'])} | {_number(m['recall_at_20'])} | "
            f"{_number(m['brier_skill'], m['brier_skill_90'])} | {_number(m['calibration_error'])} |"
        )
    return lines


def _onset(slice_: Mapping[str, Any]) -> list[str]:
    if "methods" not in slice_:
        return []
    shown = ", ".join(
        f"{METHOD_NAMES.get(name, name)} {_number(m['average_precision'])}"
        for name, m in slice_["methods"].items()
    )
    return [
        f"Onsets only (no event in the twelve months before; {slice_['rows']} rows, {slice_['events']} "
        f"events), average precision: {shown}."
    ]


def reachable_words(found: Mapping[str, Any]) -> str:
    """What of the gap between the best simple rule and 1 is closed, and what of it could be.

    >>> reachable_words({"oracles": {"truth_now": 0.9}, "best_rule": {"name": "persistence",
    ...     "average_precision": 0.5}, "share_of_gap_to_1": 0.2, "share_of_reachable_gap": 0.25})[:62]
    'Of the gap between the best rule (persistence, 0.50) and 1, 20'
    """
    rule, shares = found["best_rule"], (found["share_of_gap_to_1"], found["share_of_reachable_gap"])
    to_1, to_limit = ("-" if share is None else f"{100 * share:.0f} %" for share in shares)
    return (
        f"Of the gap between the best rule ({METHOD_NAMES.get(rule['name'], rule['name'])}, "
        f"{rule['average_precision']:.2f}) and 1, {to_1} is closed; of the gap to what one would reach who "
        f"knew the truth on the date ({found['oracles']['truth_now']:.2f}), {to_limit}. What is beyond that "
        "has not begun on the date, or is chance."
    )


def _reachable(found: Mapping[str, Any]) -> list[str]:
    if not found:
        return []
    steps = "; ".join(f"{words} {_number(found['oracles'][name])}" for name, words in ORACLES.items())
    lines = [
        f"{reachable_words(found)} Average precision of those who know more: {steps}.",
        "",
        "| why there is an event | rows | events | of these elevated or high | high |",
        "|---|---|---|---|---|",
    ]
    for name, words in CAUSES.items():
        m = found["causes"][name]
        lines.append(
            f"| {words} | {m['rows']} | {m['events']} | {_number(m['elevated'])} | {_number(m['high'])} |"
        )
    return [*lines, ""]


def _alarms(alarms: Mapping[str, Any]) -> list[str]:
    if not alarms or not alarms["flagged_rows"]:
        return []
    lines = [
        f"Acting on the {alarms['flagged_rows']} highest rows of each method (as many as the model puts "
        "into the band high). A spell of events counts as found when it is flagged before the published "
        "figures show it, nine months after it could first be foreseen; lead is the time left until then.",
        "",
        "| method | spells found | median lead, months | false alarms a quarter |",
        "|---|---|---|---|",
    ]
    for name, m in alarms["methods"].items():
        lines.append(
            f"| {METHOD_NAMES.get(name, name)} | {_number(m['found_before_public'])} of {m['spells']} | "
            f"{_number(m['median_lead_months'])} | {_number(m['false_alarms_per_quarter'])} |"
        )
    return [*lines, ""]


def _roles(roles: Mapping[str, Any]) -> list[str]:
    if not roles:
        return []
    lines = [
        "By what the simulated country is; a share flagged above the share of events is over-alarm:",
        "",
        "| role | countries | rows | events | mean risk | flagged high | flagged without an event |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, m in roles.items():
        shares = " | ".join(
            f"{100 * m[key]:.1f}%" for key in ("events", "risk", "flagged_high", "flagged_without_event")
        )
        lines.append(f"| {name.replace('_', ' ')} | {m['countries']} | {m['rows']} | {shares} |")
    return [*lines, ""]


def _hidden(hidden: Mapping[str, Any]) -> list[str]:
    if not hidden:
        return []
    lines = [
        "The same rows, had less been given:",
        "",
        "| known | average precision | Brier skill | calibration error |",
    ]
    lines.append("|---|---|---|---|")
    for words, m in hidden.items():
        numbers = (_number(m[name]) for name in ("average_precision", "brier_skill", "calibration_error"))
        lines.append(f"| {words} | {' | '.join(numbers)} |")
    return [*lines, ""]


def _number(value: float | None, interval: list[float] | None = None) -> str:
    if value is None:
        return "-"
    if interval is None:
        return f"{value:.2f}"
    return f"{value:.2f} [{interval[0]:.2f}, {interval[1]:.2f}]"


def _choice_words(choice: Mapping[str, Any]) -> str:
    if choice["gain"] is None:
        return (
            f"`{choice['choice']}`, the simpler; the gain of `{choice['challenger']}` could not be measured."
        )
    low, high = choice["interval_90"]
    verdict = "excludes 0" if low > 0 else "does not lie above 0"
    return (
        f"`{choice['choice']}`. In training, countries left out, `{choice['challenger']}` gained "
        f"{choice['gain']:+.3f} in average precision over `{choice['simpler']}`, 90 % interval "
        f"[{low:+.3f}, {high:+.3f}], which {verdict}."
    )


def _limits(simulated: bool) -> list[str]:
    first = [
        "- A simulated world holds what its makers thought of. Probabilities are calibrated to the "
        "worlds' share of events, not to the real one; read the ranking first.",
        "- How it does on real tables is told in docs/model.md, as far as it was measured.",
    ]
    own = [
        "- Few countries have events: the intervals are wide, and countries of one region are not "
        "independent.",
        "- What the tables do not hold (undeclared trade above all) is counted as not having happened.",
    ]
    return [
        *(first if simulated else own),
        "- Two-hop routes, undeclared exports and goods under wrong codes are seen late or not at all.",
        "- Onset is much harder than continuation; see the onset line above.",
    ]
