"""The metrics file: what a monitor asks of a batch job, in the Prometheus text format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MARK = "# HELP riskmodel_"
Sample = tuple[dict[str, str], float]
_HELP = {
    "riskmodel_exit_code": "Exit code of the last job; 0 is scored or unchanged.",
    "riskmodel_duration_seconds": "Seconds that the last job took.",
    "riskmodel_end_time_seconds": "When the last job ended, in seconds since 1970.",
    "riskmodel_rows": "Input rows of the last job by kind of input and by what became of them.",
    "riskmodel_rows_dropped": "Input rows that a reader left out, by kind of input and by reason.",
    "riskmodel_countries": "Countries of the last job: with a score, or abstained for lack of reports.",
    "riskmodel_info": "The model and the run of the last job; the value is always 1.",
}


@dataclass
class JobCounts:
    """What a job counted so far; `rows` is by kind of input, as `Intake.counts()` gives it."""

    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    countries: dict[str, int] = field(default_factory=dict)
    model_id: str = ""
    run_id: str = ""


def metrics_text(counts: JobCounts, outcome: str, exit_code: int, seconds: float, ended: float) -> str:
    """The whole file; a family without a sample is left out.

    >>> print(metrics_text(JobCounts(countries={"scored": 7}), "done", 0, 1.5, 0.0).splitlines()[-3])
    # HELP riskmodel_info The model and the run of the last job; the value is always 1.
    """
    rows: list[Sample] = []
    dropped: list[Sample] = []
    for kind, found in counts.rows.items():
        reasons = dict(found["dropped"])
        outcomes = {name: int(found[name]) for name in ("read", "accepted", "quarantined")}
        outcomes["dropped"] = sum(reasons.values())
        rows += [({"kind": kind, "state": state}, count) for state, count in outcomes.items()]
        dropped += [({"kind": kind, "reason": reason}, count) for reason, count in reasons.items()]
    info = {"model_id": counts.model_id, "run_id": counts.run_id, "outcome": outcome}
    families: dict[str, list[Sample]] = {
        "riskmodel_exit_code": [({}, exit_code)],
        "riskmodel_duration_seconds": [({}, round(seconds, 3))],
        "riskmodel_end_time_seconds": [({}, round(ended, 3))],
        "riskmodel_rows": rows,
        "riskmodel_rows_dropped": dropped,
        "riskmodel_countries": [({"outcome": name}, count) for name, count in counts.countries.items()],
        "riskmodel_info": [(info, 1)],
    }
    return "".join(line + "\n" for name, samples in families.items() for line in _family(name, samples))


def _family(name: str, samples: list[Sample]) -> Iterable[str]:
    if not samples:
        return
    yield f"# HELP {name} {_HELP[name]}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        inside = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
        yield f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
