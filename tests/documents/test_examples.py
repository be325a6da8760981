"""What the documents show of commands is what they print."""

from pathlib import Path

import pytest

from tools.documents import examples
from tools.documents.examples import BLOCK, NOTE, ExampleFailed, Sample, commands_of_sample, filled, pages


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_examples_print_what_the_pages_show(tmp_path: Path):
    """All pages at once: they share the sample's run."""
    sample = Sample(tmp_path)
    for page in pages():
        text = page.read_text(encoding="utf-8")
        assert filled(text, sample.output_of) == text, (
            f"{page.name}: run python -m tools.documents.examples --write"
        )


def test_the_sample_is_scored_as_the_makefile_does_it():
    commands = commands_of_sample()
    assert commands.startswith("riskmodel simulate --sample --out runs/sample-world")
    assert "riskmodel score --trade runs/sample-world/trade_flows.parquet" in commands
    assert ".venv" not in commands


def test_each_block_says_that_it_is_simulated():
    """A copy of a block, without its page, must not read as news of a real country."""
    for page in pages():
        for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
            assert NOTE in block[0] or "SIMULATED data" in block[0], page.name


def test_a_command_that_fails_is_no_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(examples, "commands_of_sample", lambda: "echo scored")
    sample = Sample(tmp_path)
    assert sample.output_of(examples.SAMPLE) == "scored\n"
    assert sample.output_of("echo b; echo a | sort") == "b\na\n"
    with pytest.raises(ExampleFailed, match="exit code 3"):
        sample.output_of("echo a; exit 3")
    with pytest.raises(ExampleFailed, match="exit code 0"):
        sample.output_of("false | sort")
