"""Commands in the documents, run on the bundled sample: `python -m tools.documents.examples [--write]`.

A page holds `<!-- run: COMMAND -->`, a block, and `<!-- end of run -->`. The command is what a reader types
in a folder where `make score` was run; the block is what it printed. Each block says that the data are
simulated, so that no copy of it reads as news. Without `--write` pages that are out of date are named, and
the exit code is 1.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SAMPLE = "make score"
NOTE = "# SIMULATED: names of countries are labels of drawn roles, nothing here is about a real one"
BLOCK = re.compile(r"<!-- run: (?P<command>[^\n]+?) -->\n.*?<!-- end of run -->", re.DOTALL)
SECONDS = 300


class ExampleFailed(Exception):
    """A command of a page did not end well."""


def pages(docs: Path = DOCS) -> Iterator[Path]:
    """Pages with at least one command, in the order of their names."""
    for path in sorted(docs.rglob("*.md")):
        if BLOCK.search(path.read_text(encoding="utf-8")):
            yield path


def filled(document: str, output_of: Callable[[str], str]) -> str:
    r"""The document with every block as its command prints it.

    >>> filled("<!-- run: echo a -->\nold\n<!-- end of run -->", lambda command: "a\n").count("$ echo a\na\n")
    1
    """

    def block(found: re.Match[str]) -> str:
        command = found["command"]
        lines = [line.rstrip() for line in output_of(command).rstrip("\n").splitlines()]
        body = "\n".join([f"$ {command}", *lines])
        note = [] if command.startswith("make") else [NOTE]
        inside = "\n".join(["```console", *note, body, "```"])
        return f"<!-- run: {command} -->\n{inside}\n<!-- end of run -->"

    return BLOCK.sub(block, document)


class Sample:
    """A folder in which the bundled sample was scored, and commands are run; each of them once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._printed = {SAMPLE: self._run(commands_of_sample())}

    def output_of(self, command: str) -> str:
        """What the command prints. Raises ExampleFailed where it ends with an error."""
        if command not in self._printed:
            first, pipe, rest = command.partition(" | ")
            if pipe and first.startswith("riskmodel explain "):
                self._printed[command] = self._run(rest, self.output_of(first))
            else:
                self._printed[command] = self._run(command)
        return self._printed[command]

    def _run(self, command: str, given: str | None = None) -> str:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("RISKMODEL_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        environment = {**kept, "PATH": path, "COLUMNS": "100", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        words = ["bash", "-c", command]
        done = subprocess.run(  # noqa: S603 - commands of our own pages
            words,
            cwd=self._folder,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        if done.returncode or not done.stdout.strip():  # in a pipe an error shows only as nothing printed
            raise ExampleFailed(f"{command}: exit code {done.returncode}. {done.stderr.strip()[-300:]}")
        return done.stdout


def commands_of_sample() -> str:
    """What `make score` runs once it is set up, as the Makefile has it."""
    words = ["make", "--dry-run", "--no-print-directory", "-o", ".venv/.installed", "score"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.replace(".venv/bin/riskmodel", "riskmodel")


def main(arguments: list[str]) -> int:
    """Fill the pages, or name those that are out of date."""
    stale = []
    with TemporaryDirectory() as folder:
        sample = Sample(Path(folder))
        for path in pages():
            text = path.read_text(encoding="utf-8")
            fresh = filled(text, sample.output_of)
            if fresh != text and "--write" in arguments:
                path.write_text(fresh, encoding="utf-8")
            elif fresh != text:
                stale.append(str(path.relative_to(DOCS)))
    if stale:
        sys.stderr.write(f"Out of date: {', '.join(stale)}; run python -m tools.documents.examples --write\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
