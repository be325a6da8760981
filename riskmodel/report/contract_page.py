"""The verdicts of a contract as one self-contained page; every value from a file is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;padding:.35rem .6rem;
border-bottom:1px solid #d8dde3;vertical-align:top}.no{color:#a40e26;font-weight:600}.yes{color:#1a7f37}
.warn{color:#7d4e00;font-weight:600}td.n{text-align:right;font-variant-numeric:tabular-nums}
"""


def verdict_page(content: Mapping[str, Any]) -> str:
    """HTML of what `riskmodel validate --report` found: counts, every rule with its verdict, refused rows."""
    report = content["report"]
    title = (
        f"Contract {report['contract']} {report['version']}: {'usable' if report['passed'] else 'refused'}"
    )
    names = ", ".join(file["name"] for file in content["files"])
    dropped = ", ".join(f"{count} {reason}" for reason, count in content["dropped"].items()) or "none"
    counts = (
        f"{content['rows_read']} rows read, {report['rows_accepted']} accepted, "
        f"{report['rows_quarantined']} refused; dropped by the reader: {dropped}."
    )
    words = {rule["name"]: rule["description"] for rule in content["rules"]}
    rules = "".join(_rule(result, words[result["rule"]]) for result in report["results"])
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta http-equiv='Content-Security-Policy' "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1><p>Files: {escape(names)}</p><p>{escape(counts)}</p>"
        "<table><thead><tr><th>rule</th><th>verdict</th><th>rows</th><th>what was found</th></tr></thead>"
        f"<tbody>{rules}</tbody></table>{_examples(content['examples'])}"
        f"<p>Contract digest {escape(report['digest'])}</p></body></html>\n"
    )


def _rule(result: Mapping[str, Any], words: str) -> str:
    if result["passed"]:
        verdict, kind, found = "holds" if result["judged"] else "not judged", "yes", words
    else:
        verdict, found = result["effect"], result["detail"]
        kind = "warn" if result["effect"] == "reports" else "no"
    rows = result["failing_rows"] or ""
    return (
        f"<tr><td>{escape(result['rule'])}</td><td class='{kind}'>{escape(verdict)}</td>"
        f"<td class='n'>{rows}</td><td>{escape(found)}</td></tr>\n"
    )


def _examples(examples: list[Mapping[str, Any]]) -> str:
    if not examples:
        return ""
    rows = "".join(
        f"<tr><td>{escape(e['rule'])}</td><td>{escape(e['file'])}</td><td class='n'>{e['row']}</td>"
        f"<td>{escape(e['column'])}</td><td>{'' if e['value'] is None else escape(e['value'])}</td></tr>\n"
        for e in examples
    )
    return (
        "<h2>First refused rows</h2><table><thead><tr><th>rule</th><th>file</th><th>row</th><th>column</th>"
        f"<th>value</th></tr></thead><tbody>{rows}</tbody></table>"
    )
