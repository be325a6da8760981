"""What a run on trade alone does not need is not imported: it would double the start."""

import subprocess
import sys

UNUSED = ("riskmodel.mentions.spool", "riskmodel.sources.listings.read", "riskmodel.sources.news.read")
FITTING = ("sklearn.model_selection", "sklearn.cluster", "sklearn.ensemble")


def test_readers_of_other_inputs_and_what_fits_models_are_not_imported():
    code = "import sys, riskmodel.scoring.run as run; print(*sorted(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "riskmodel.scoring.run" in shown.split()
    assert not {*UNUSED, *FITTING} & set(shown.split())
