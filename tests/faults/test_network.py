"""The job works where no socket can be made, and does not even try."""

import socket
import subprocess
import sys

BLOCK = """
import sys
def refuse(event, arguments):
    if event.startswith("socket."):
        with open(%r, "a") as log:
            log.write(event + " " + " ".join(map(str, arguments[1:])) + "\\n")
        raise OSError("no network in this test")
sys.addaudithook(refuse)
"""


def _environment(site, tmp_path):
    (tmp_path / "block").mkdir()
    attempts = tmp_path / "attempts.txt"
    (tmp_path / "block" / "sitecustomize.py").write_text(BLOCK % str(attempts))
    return site.environment() | {"PYTHONPATH": str(tmp_path / "block")}, attempts


def test_the_block_works(site, tmp_path):
    environment, attempts = _environment(site, tmp_path)
    code = "import socket\ntry: socket.socket()\nexcept OSError as error: print(error)"
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert "no network" in ended.stdout and attempts.exists()


def test_the_whole_job_makes_no_socket(site, tmp_path):
    environment, attempts = _environment(site, tmp_path)
    words = site.arguments(
        tmp_path / "run", articles=site.inputs / "articles.jsonl", goods=site.inputs / "goods.csv"
    )
    command = [sys.executable, "-m", "riskmodel.cli", *words]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "run" / "report.html").stat().st_size > 1000
    # urllib3, which great-expectations imports, asks once whether the machine knows IPv6; it is refused too.
    tried = attempts.read_text().splitlines() if attempts.exists() else []
    assert set(tried) <= {f"socket.__new__ {int(socket.AF_INET6)} {int(socket.SOCK_STREAM)} 0"}, tried
    assert len(tried) <= 1
