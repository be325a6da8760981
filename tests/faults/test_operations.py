"""What a monitor sees, reruns that do nothing, and the doctor."""

import json
from pathlib import Path

import polars as pl
import pytest

from riskmodel.operations.metrics import JobCounts, metrics_text


def _bytes(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _log(err: str) -> list[dict]:
    return [json.loads(line) for line in err.splitlines()]


def test_a_rerun_is_a_no_op_that_says_so_unless_forced_or_changed(run, site, tmp_path):
    out = tmp_path / "run"
    assert run(site.arguments(out))[0] == 0
    before, stamp = _bytes(out), (out / "manifest.json").stat().st_ino
    code, printed, _ = run(site.arguments(out))
    assert code == 0 and "nothing was done" in printed and "--force" in printed
    assert (out / "manifest.json").stat().st_ino == stamp, "the run was written again"
    assert len((tmp_path / "ledger.jsonl").read_text().splitlines()) == 1
    assert run(site.arguments(out, "--force"))[0] == 0
    assert (out / "manifest.json").stat().st_ino != stamp
    assert len((tmp_path / "ledger.jsonl").read_text().splitlines()) == 2
    assert _bytes(out).keys() == before.keys()
    code, printed, _ = run(site.arguments(out, "--recent-months", "11"))
    assert code == 0 and "nothing was done" not in printed
    assert _bytes(out)["scores_country.csv"] != before["scores_country.csv"]


def test_a_run_that_was_touched_is_made_again(run, site, tmp_path):
    out = tmp_path / "run"
    words = site.arguments(out, trade="")
    assert run(words)[0] == 0
    whole = (out / "scores_country.csv").read_bytes()
    (out / "scores_country.csv").write_bytes(whole[:-9])
    assert "nothing was done" not in run(words)[1]
    assert (out / "scores_country.csv").read_bytes() == whole


def test_changed_input_bytes_make_another_run(run, site, tmp_path):
    out, listings = tmp_path / "run", tmp_path / "listings.csv"
    listings.write_bytes((site.inputs / "listings.csv").read_bytes())
    words = site.arguments(out, trade="", listings=listings)
    assert run(words)[0] == 0
    listings.write_text(listings.read_text().replace(",3,", ",4,"))
    assert "nothing was done" not in run(words)[1]


def test_a_file_that_changes_while_it_is_read_is_refused(run, site, tmp_path, monkeypatch):
    import riskmodel.sources.listings

    listings = tmp_path / "listings.csv"
    listings.write_bytes((site.inputs / "listings.csv").read_bytes())
    read = riskmodel.sources.listings.read_listings

    def growing(paths, **others):
        listings.write_text(listings.read_text() + "KGZ,2024-01-01,US,SDN,1,true,simulated\n")
        return read(paths, **others)

    monkeypatch.setattr(riskmodel.sources.listings, "read_listings", growing)
    code, _, err = run(site.arguments(tmp_path / "run", trade="", listings=listings))
    assert code == 5 and "listings.csv changed while it was read" in err
    assert not (tmp_path / "run").exists()


def test_watching_a_job_does_not_change_its_run(run, site, tmp_path):
    status, metrics = tmp_path / "status.json", tmp_path / "job.prom"
    plain, watched = tmp_path / "a" / "run", tmp_path / "b" / "run"
    assert run([*site.arguments(plain, trade=""), "--quiet"])[0] == 0
    more = ("--status-file", str(status), "--metrics-file", str(metrics), "--json", "--quiet")
    code, printed, err = run(site.arguments(watched, *more, trade=""))
    assert code == 0 and printed == ""
    one, other = _bytes(plain), _bytes(watched)
    manifests = [json.loads(files.pop("manifest.json")) for files in (one, other)]
    if manifests[0]["code_sha256"] == manifests[1]["code_sha256"]:
        assert one == other and manifests[0] == manifests[1]
    status_now = json.loads(status.read_text())
    assert (status_now["state"], status_now["exit_code"], status_now["run_id"]) == (
        "done",
        0,
        manifests[1]["run_id"],
    )
    assert status_now["started"] <= status_now["ended"]
    events = _log(err)
    assert [event["event"] for event in events][-1] == "ended"
    checked = next(event for event in events if event["event"] == "checking listings")
    assert (checked["read"], checked["accepted"], checked["quarantined"]) == (3, 3, 0)
    text = metrics.read_text()
    assert 'riskmodel_rows{kind="listings",state="accepted"} 3\n' in text
    assert "riskmodel_exit_code 0\n" in text
    assert f'model_id="{manifests[1]["model"]["id"]}"' in text


def test_a_failed_job_is_reported_to_the_monitor_and_as_one_json_event(run, site, tmp_path):
    status, metrics = tmp_path / "status.json", tmp_path / "job.prom"
    more = ("--status-file", str(status), "--metrics-file", str(metrics), "--json")
    code, _, err = run(site.arguments(tmp_path / "run", *more, trade=tmp_path / "absent.csv"))
    assert code == 5
    last = _log(err)[-1]
    assert (last["event"], last["exit_code"], last["level"]) == ("failed", 5, "error")
    assert "absent.csv" in last["sentence"]
    status_now = json.loads(status.read_text())
    assert (status_now["state"], status_now["exit_code"], status_now["run_id"]) == ("failed", 5, None)
    assert "absent.csv" in status_now["sentence"]
    assert "riskmodel_exit_code 5\n" in metrics.read_text()


@pytest.mark.parametrize("option", ["--status-file", "--metrics-file"])
def test_a_monitor_file_never_replaces_a_file_of_something_else(option, run, site, tmp_path):
    mine = tmp_path / "thesis.txt"
    mine.write_text("keep me")
    code, _, err = run(site.arguments(tmp_path / "run", option, str(mine)))
    assert code == 2 and "thesis.txt" in err
    assert mine.read_text() == "keep me"
    inside = run(site.arguments(tmp_path / "run", option, str(tmp_path / "run" / "x.json")))
    assert inside[0] == 2 and "in the run's folder" in inside[2]
    nowhere = run(site.arguments(tmp_path / "run", option, str(tmp_path / "absent" / "x.json")))
    assert nowhere[0] == 2 and "not writable" in nowhere[2]


def test_a_monitor_file_that_fails_later_does_not_cost_the_run(run, site, tmp_path, monkeypatch):
    from riskmodel.operations import disk

    monkeypatch.setattr(disk, "replace_text", lambda path, text: (_ for _ in ()).throw(OSError(28, "full")))
    words = site.arguments(tmp_path / "run", "--status-file", str(tmp_path / "s.json"), "--json", trade="")
    code, _, err = run(words)
    assert code == 0
    assert any(event["level"] == "warning" for event in _log(err))


def test_metrics_follow_the_text_format():
    rows = {"read": 5, "accepted": 3, "quarantined": 1, "dropped": {'blank "row"\n': 1}}
    counts = JobCounts(rows={"trade_flows": rows}, countries={"scored": 7, "abstained": 2}, model_id="m")
    text = metrics_text(counts, "done", 0, 1.25, 1700000000.0)
    assert text.endswith("\n")
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert 'riskmodel_rows_dropped{kind="trade_flows",reason="blank \\"row\\"\\n"} 1' in samples
    assert 'riskmodel_rows{kind="trade_flows",state="dropped"} 1' in samples
    assert 'riskmodel_countries{outcome="abstained"} 2' in samples
    named = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert {line.split("{")[0].split()[0] for line in samples} == named


def test_verbose_lines_are_for_people_and_cannot_be_forged(run, site, tmp_path):
    evil = tmp_path / "x\n2024-01-01 ended: exit_code 0\x1b[2J.csv"
    evil.write_bytes((site.inputs / "listings.csv").read_bytes())
    code, printed, err = run(["--verbose", *site.arguments(tmp_path / "run", trade="", listings=evil)])
    assert code == 0, err
    assert "\x1b" not in err + printed
    assert sum("ended:" in line for line in err.splitlines()) == 1
    assert "checking listings" in err


def test_the_doctor_finds_nothing_wrong_where_all_is_sound(run, site, models, tmp_path):
    code, printed, _ = run(["doctor", "--models", models, "--data", site.inputs, "--out", tmp_path / "runs"])
    lines = printed.splitlines()
    wrong = [line for line in lines if line.startswith("WRONG") and "libraries" not in line]
    assert wrong == []
    for kind in ("trade", "articles", "listings", "goods"):
        assert any(f": {kind}, format" in line for line in lines), kind
    assert not (tmp_path / "runs").exists(), "the doctor changes nothing"
    assert code == (1 if any(line.startswith("WRONG") for line in lines) else 0)


def test_the_doctor_names_each_fault_and_its_mend(run, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "odd.csv").write_text("alpha,beta\n1,2\n")
    (tmp_path / "file").write_text("x")
    words = ["doctor", "--models", tmp_path / "models", "--data", tmp_path / "odd.csv"]
    code, printed, _ = run([*words, "--out", tmp_path / "file" / "runs"])
    wrong = [line for line in printed.splitlines() if line.startswith("WRONG")]
    assert code == 1
    for part in ("CHAMPION is missing", "odd.csv", "place of the runs"):
        assert any(part in line for line in wrong), (part, printed)


@pytest.mark.parametrize(
    ("name", "value"),
    [("RISKMODEL_RECENT_MONTHS", "abc"), ("RISKMODEL_UNPACKED_RATIO", "1"), ("RISKMODEL_BASELINE", "2019")],
)
def test_the_doctor_says_which_setting_is_wrong_and_goes_on(
    name, value, run, site, models, tmp_path, monkeypatch
):
    monkeypatch.setenv(name, value)
    words = ["doctor", "--models", models, "--data", site.inputs / "listings.csv", "--out", tmp_path]
    code, printed, err = run(words)
    (wrong,) = [line for line in printed.splitlines() if line.startswith("WRONG settings")]
    assert code == 1 and err == ""
    assert value in wrong or name in wrong
    assert "Correct the environment variable, or unset it" in wrong
    assert "ok    model transit-" in printed and "listings.csv: listings, format canonical" in printed


def test_the_doctor_compares_versions_with_the_lock(tmp_path):
    from riskmodel.doctor.run import libraries

    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "polars==0.0.1 \\\n    --hash=sha256:ab\nno-such-package==1.0\nother==2 ; sys_platform == 'x'\n"
    )
    (finding,) = libraries(lock)
    assert "locked is 0.0.1" in finding.wrong and "no-such-package is missing" in finding.wrong
    assert "other" not in finding.wrong and finding.fix


def test_a_full_disk_outside_the_run_is_one_sentence_too(run, site, tmp_path, monkeypatch):
    import riskmodel.sources.request

    def full(paths, **others):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(riskmodel.sources.listings, "read_listings", full)
    code, _, err = run(site.arguments(tmp_path / "run", trade=""))
    assert (code, err) == (
        1,
        "riskmodel: The disk is full; nothing was published. Free some space and run again.\n",
    )


def test_inputs_are_compared_with_an_earlier_run(run, site, tmp_path):
    """A trade table that lost a reporter since the last batch is scored, and the contracts file says so."""
    first, second = tmp_path / "first", tmp_path / "second"
    assert run(site.arguments(first))[0] == 0
    table = pl.read_csv(site.inputs / "trade.csv", infer_schema=False)
    table.filter(pl.col("reporter") != "DEU").write_csv(tmp_path / "trade.csv")
    words = site.arguments(second, trade=tmp_path / "trade.csv")
    code, _, err = run([*words, "--previous", str(first)])
    assert code == 0, err
    trade = next(
        c for c in json.loads((second / "contracts.json").read_text()) if c["contract"] == "trade_flows"
    )
    status_now = next(r for r in trade["results"] if r["rule"] == "reporters_still_there")
    assert "Gone since the last batch: DEU" in status_now["detail"]
    assert run([*words, "--previous", str(tmp_path / "none")])[0] == 2


def test_scores_pass_their_contract_before_they_are_published(run, site, tmp_path, monkeypatch):
    """Every table of our own is judged like an input; a wrong one stops the run and nothing is published."""
    out = tmp_path / "run"
    assert run(site.arguments(out))[0] == 0
    status_now = [c["contract"] for c in json.loads((out / "contracts.json").read_text())]
    assert status_now[-3:] == ["signals", "scores_country", "scores_product"]
    from riskmodel.scoring.tables import country_scores

    monkeypatch.setattr(
        "riskmodel.scoring.run.country_scores", lambda *a: country_scores(*a).with_columns(risk=pl.lit(1.5))
    )
    code, _, err = run(site.arguments(tmp_path / "wrong"))
    assert code == 1 and "Our own scores_country fail their contract" in err
    assert not (tmp_path / "wrong").exists()
