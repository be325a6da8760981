"""Shared fixtures."""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real development data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("RISKMODEL_REAL_DATA", CHECKOUT.parent / "shared" / "data"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"real data not found at {folder.name!r}; set RISKMODEL_REAL_DATA to its folder")
    return folder
