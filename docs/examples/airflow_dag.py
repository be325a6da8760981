"""A nightly run as an Apache Airflow task; the logical date is the as-of date, so backfills are honest."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta

from airflow.decorators import dag, task
from airflow.exceptions import AirflowException, AirflowFailException

HOME = "/srv/riskmodel"
DATA = "/srv/riskmodel-data"
WORTH_A_RETRY = (1, 130, 143)


@dag(schedule="30 2 * * *", start_date=datetime(2024, 1, 1), catchup=False, max_active_runs=1)
def export_diversion_risk() -> None:
    """Score what was known on the logical date."""

    @task(retries=2, retry_delay=timedelta(minutes=15))
    def score(ds: str) -> None:
        command = [
            f"{HOME}/.venv/bin/riskmodel",
            "--json",
            "score",
            "--as-of",
            ds,
            "--out",
            f"{HOME}/runs/{ds}",
        ]
        command += ["--quiet", "--trade", f"{DATA}/trade", "--articles", f"{DATA}/articles"]
        command += ["--listings", f"{DATA}/listings", "--status-file", f"{HOME}/runs/status.json"]
        ended = subprocess.run(command, check=False)  # noqa: S603 - no shell, and no word from an input
        if ended.returncode in WORTH_A_RETRY:
            raise AirflowException(f"riskmodel ended with {ended.returncode}; it is tried again")
        if ended.returncode:
            raise AirflowFailException(f"riskmodel ended with {ended.returncode}; a person has to fix it")

    score()


export_diversion_risk()
