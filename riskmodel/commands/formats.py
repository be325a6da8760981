"""`riskmodel formats`: every format that is read, how it is recognised, and what to ask its source for."""

from __future__ import annotations

import click

_KINDS = ("trade", "articles", "listings", "goods")


@click.command(name="formats", short_help="List every format that is read.")
@click.argument("kind", type=click.Choice(_KINDS), required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON list of objects.")
@click.pass_context
def command(ctx: click.Context, kind: str | None, as_json: bool) -> None:
    """List the formats of trade tables, articles, listings and goods lists, or of one KIND.

    For each: its kind and name, what it is recognised by, and what to ask its source for. A file is known by
    its header or first bytes, whatever its name.
    """
    from riskmodel.sources.known_formats import known_formats

    found = known_formats(kind)
    # The command line takes --json for itself, wherever it is written.
    if as_json or (ctx.obj or {}).get("log") == "json":
        import json
        from dataclasses import asdict

        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one.kind} {one.name}\n  known by: {one.known_by}\n  source:   {one.query}")
