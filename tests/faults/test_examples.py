"""The examples in the docs use options that exist and start with a sound command line."""

import re
from pathlib import Path

from riskmodel.commands.score import command

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def test_every_option_of_the_examples_exists():
    known = {name for option in command.params for name in option.opts} | {"--json"}
    for path in sorted(EXAMPLES.iterdir()):
        if path.suffix == ".timer":
            continue
        used = set(re.findall(r"--[a-z][a-z-]+", path.read_text()))
        assert used and used <= known, (path.name, used - known)


def test_the_examples_retry_only_what_may_go_otherwise_next_time():
    text = (EXAMPLES / "airflow_dag.py").read_text()
    compile(text, "airflow_dag.py", "exec")
    assert "WORTH_A_RETRY = (1, 130, 143)" in text


def test_the_cron_example_is_one_line_of_five_times_and_escaped_percents():
    lines = [line for line in (EXAMPLES / "crontab").read_text().splitlines() if re.match(r"[0-9*]", line)]
    assert len(lines) == 1
    assert len(lines[0].split(None, 5)) == 6
    assert "%" not in lines[0].replace("\\%", "")


def test_the_service_retries_only_what_may_go_otherwise_next_time_and_the_timer_starts_it():
    service = (EXAMPLES / "riskmodel-nights.service").read_text()
    assert re.search(r"^RestartPreventExitStatus=2 3 4 5 7$", service, re.M)
    assert "%" not in service.split("ExecStart=")[1].splitlines()[0].replace("%%", "")
    timer = (EXAMPLES / "riskmodel-nights.timer").read_text()
    assert re.search(r"^OnCalendar=\*-\*-\* 02:30:00$", timer, re.M)
