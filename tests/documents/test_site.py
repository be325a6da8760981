"""The documents as a site and as files: nothing is missing from the menu, and no link leads nowhere."""

import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from tools.documents.site_hook import ROOT_PAGES, site_links

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MENU = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
PAGES = sorted(DOCS.rglob("*.md"))
DOCUMENTS = [*PAGES, ROOT / "README.md", *(ROOT / name for name in ROOT_PAGES)]
LINK = re.compile(r"!?\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")
CODE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def slug(heading: str) -> str:
    """The anchor of a heading, as Markdown's own table of contents makes it."""
    plain = re.sub(r"`|\*|\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    known = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", known).strip().lower())


def anchors(path: Path) -> set[str]:
    text = CODE.sub("", path.read_text(encoding="utf-8"))
    return {slug(found) for found in re.findall(r"^#{1,6} +(.+?) *$", text, re.MULTILINE)}


def problems(path: Path) -> list[str]:
    """Links of a document to files or headings that are not there."""
    found = []
    for link in LINK.finditer(CODE.sub("", path.read_text(encoding="utf-8"))):
        place, _, anchor = link["target"].partition("#")
        if "://" in place or place.startswith("mailto:"):
            continue
        target = (path.parent / place).resolve() if place else path
        if not target.exists():
            found.append(f"{link['target']}: no such file")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            found.append(f"{link['target']}: no such heading")
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(path: Path):
    assert problems(path) == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path):
    page = tmp_path / "a.md"
    page.write_text("# A b\n[x](b.md) [y](#a-b) [z](#c)\n```\n[code](c.md)\n```\n", encoding="utf-8")
    assert problems(page) == ["b.md: no such file", "#c: no such heading"]


def test_every_page_is_in_the_menu_once():
    listed = re.findall(r"^ +- .*?([\w/]+\.md)$", MENU[MENU.index("\nnav:") :], re.MULTILINE)
    there = [str(path.relative_to(DOCS)) for path in PAGES]
    assert sorted(listed) == sorted([*there, *ROOT_PAGES])


def test_the_menu_loads_nothing_from_elsewhere():
    assert "font: false" in MENU
    assert "- offline" in MENU
    assert "polyfills: [iframe-worker.js]" in MENU
    assert (DOCS / "iframe-worker.js").is_file()
    assert "http:" not in MENU
    assert "https:" not in MENU


def test_what_is_no_page_is_named_without_a_link():
    text = "[code](../../riskmodel/cli.py), [page](../model.md#the-event), [far](https://example.org)"
    made = site_links(text, "docs/tutorials/a.md", {"model.md"})
    assert made == "`riskmodel/cli.py`, [page](../model.md#the-event), [far](https://example.org)"


def test_no_page_writes_of_this_machine():
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        assert "/tmp/" not in text or path.name in ("CONTRIBUTING.md",), path
        assert str(ROOT) not in text, path


def test_pictures_are_small_and_used():
    pictures = sorted((DOCS / "pictures").glob("*"))
    every = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < 150_000, picture.name
        assert picture.name in every, picture.name


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path: Path):
    made = ROOT / ".venv-docs" / "bin" / "mkdocs"
    program = str(made) if made.is_file() else shutil.which("mkdocs")
    if program is None:
        pytest.skip("MkDocs is not installed; make docs installs it")
    done = subprocess.run(
        [program, "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "NO_MKDOCS_2_WARNING": "true", "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for page in (tmp_path / "site").rglob("*.html"):
        loaded = re.findall(r'(?:src|href)="(https?://[^"]+)"', page.read_text(encoding="utf-8"))
        assert [one for one in loaded if re.search(r"\.(js|css|woff2?|png|svg)", one) or "unpkg" in one] == []


def locked(name: str) -> dict[str, str]:
    """Package -> its line and hashes in a lock; one that is locked twice (by Python) as both."""
    blocks = re.findall(r"^[A-Za-z0-9._-]+==.*\n(?:    .*\n?)+", (ROOT / name).read_text(), re.MULTILINE)
    found: dict[str, str] = {}
    for block in blocks:
        package = block.split("==")[0]
        found[package] = found.get(package, "") + block.rstrip(" \\\n")
    return found


def test_the_site_is_locked_with_hashes_and_as_the_rest():
    site, rest = locked("requirements-docs.lock"), locked("requirements-dev.lock")
    assert {"mkdocs", "mkdocs-material"} <= site.keys()
    assert all("--hash=sha256:" in block for block in site.values())
    shared = site.keys() & rest.keys()
    assert "jinja2" in shared
    assert {name: site[name].split()[0] for name in shared} == {
        name: rest[name].split()[0] for name in shared
    }
