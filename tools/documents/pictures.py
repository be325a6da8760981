"""Pictures of the sample's report and of a backtest for the documents: `make pictures`.

Chromium draws the pages as a reader sees them (light, dark, phone, print). Every picture shows the word
SIMULATED, which the page itself prints; colours are reduced so that a picture stays below 150 kB.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
REPORT = ROOT / "runs" / "sample" / "report.html"
COUNTRY = ROOT / "runs" / "country.html"
BACKTEST = ROOT / "runs" / "backtest" / "backtest.html"
COLOURS = 48
PRINTED_PAGES = (0, 1)
WAIT = 120


@dataclass(frozen=True)
class Picture:
    """A page at one size, in CSS pixels."""

    name: str
    page: Path
    width: int
    height: int
    dark: bool = False


WANTED = (
    Picture("report_light", REPORT, 1200, 1180),
    Picture("report_dark", REPORT, 1200, 1180, dark=True),
    Picture("report_phone", REPORT, 390, 1700),
    Picture("report_country", COUNTRY, 1200, 1500),
    Picture("backtest", BACKTEST, 1400, 1500),
    Picture("backtest_phone", BACKTEST, 390, 1700),
)


def main() -> int:
    """Draw every picture whose page is there; 1 where a program is missing."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.stderr.write("No Chromium was found; install it to draw the pictures.\n")
        return 1
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        for wanted in WANTED:
            if wanted.page.is_file():
                drawn = Path(folder, f"{wanted.name}.png")
                _draw(browser, wanted, drawn)
                _reduce(drawn, PICTURES / f"{wanted.name}.png")
        _print(browser, Path(folder, "report.pdf"), PICTURES / "report_print.png")
    return 0


def _draw(browser: str, wanted: Picture, to: Path) -> None:
    size = f"--window-size={wanted.width},{wanted.height}"
    scheme = f"--blink-settings=preferredColorScheme={0 if wanted.dark else 1}"
    _run(browser, scheme, size, f"--screenshot={to}", wanted.page.as_uri())


def _print(browser: str, document: Path, to: Path) -> None:
    """The first printed pages next to each other."""
    import pypdfium2
    from PIL import Image

    _run(browser, "--no-pdf-header-footer", f"--print-to-pdf={document}", REPORT.as_uri())
    printed = pypdfium2.PdfDocument(document)
    pages = [printed[number].render(scale=1.1).to_pil().convert("RGB") for number in PRINTED_PAGES]
    both = Image.new("RGB", (sum(page.width for page in pages) + 20, pages[0].height), "grey")
    for number, page in enumerate(pages):
        both.paste(page, (number * (page.width + 20), 0))
    both.save(document.with_suffix(".png"))
    _reduce(document.with_suffix(".png"), to)


def _run(browser: str, *options: str) -> None:
    always = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    subprocess.run([browser, *always, *options], check=True, capture_output=True, timeout=WAIT)  # noqa: S603


def _reduce(picture: Path, to: Path) -> None:
    from PIL import Image

    plain = Image.open(picture).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    plain.save(to, optimize=True)
    sys.stdout.write(f"{to.relative_to(ROOT)}: {to.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    sys.exit(main())
