"""Compare locked versions with published advisories by pip-audit; say plainly what is not known.

    python .ci/audit.py requirements.lock

Exit codes: 0 every version was looked up and has no advisory; 1 one has; 2 some could not be looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "-f", "json", "-r")


def main(lock: str) -> int:
    """Run pip-audit on a lock file and tell what it found."""
    program = Path(sys.executable).with_name("pip-audit")
    command = [str(program), *COMMAND, lock]  # nothing in it comes from outside
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        say(f"NOTHING IS KNOWN: the advisories could not be reached ({last[:300]}).")
        say("This is no pass. Run it again where a package index with advisories can be reached.")
        return 2
    return tell(found)


def tell(found: list[dict[str, Any]]) -> int:
    """Print advisories and what could not be looked up; return the exit code."""
    unknown = [one for one in found if "skip_reason" in one]
    known = [one for one in found if "skip_reason" not in one]
    bad = [one for one in known if one["vulns"]]
    for one in bad:
        for vuln in one["vulns"]:
            fixed = ", ".join(vuln.get("fix_versions") or ()) or "none yet"
            say(f"{one['name']} {one['version']}: {vuln['id']}; fixed in {fixed}")
    if unknown and not known:
        say(f"NOTHING IS KNOWN: of {len(unknown)} packages none could be looked up; the package index in use")
        say("serves no advisories. This is no pass. Run it again where advisories can be reached.")
    elif unknown:
        say(f"NOT LOOKED UP: {', '.join(one['name'] for one in unknown)}. Of these nothing is known.")
    if known:
        say(f"{len(known)} of {len(found)} packages looked up: {len(bad)} with advisories.")
    if bad:
        return 1
    return 2 if unknown else 0


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
