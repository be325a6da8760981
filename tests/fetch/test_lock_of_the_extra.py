"""The locked reader of archives is the one that the tests run with."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^[A-Za-z0-9._-]+==.*\n(?:    .*\n)+", re.MULTILINE)


def test_the_extra_is_locked_as_in_the_tests():
    extra = BLOCK.findall((ROOT / "requirements-fetch.lock").read_text().replace("\\\n", "\\\n"))
    tested = BLOCK.findall((ROOT / "requirements-dev.lock").read_text())
    plain = [block.rstrip(" \\\n") for block in tested]
    assert any(block.startswith("py7zr==") for block in extra)
    assert all(block.rstrip(" \\\n") in plain for block in extra)
    assert all("--hash=sha256:" in block for block in extra)
