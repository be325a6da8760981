"""Puts what lies outside the packages into the wheel: the champion model and the documents."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
# The place that riskmodel/settings.py looks at where there is no checkout around it.
SHIPPED = Path("riskmodel", "shipped")


class BuildWithModel(build_py):
    """As `build_py`, then the champion (no other stored model) and the documents."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for source, place in shipped_files():
                target = Path(self.build_lib) / SHIPPED / place
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)


def shipped_files() -> list[tuple[Path, Path]]:
    """Files of the checkout, and where each lies below `SHIPPED`."""
    models = ROOT / "models"
    champion = models / (models / "CHAMPION").read_text(encoding="utf-8").strip()
    stored = sorted(path for path in champion.iterdir() if path.is_file())
    if not stored:
        raise SystemExit(f"{champion} holds no model; the wheel would have none.")
    documents = sorted((ROOT / "docs").rglob("*.md"))
    return [(path, path.relative_to(ROOT)) for path in (models / "CHAMPION", *stored, *documents)]


setup(cmdclass={"build_py": BuildWithModel})
