"""`riskmodel completion SHELL`: the script that completes commands, options and files with the Tab key."""

from __future__ import annotations

import click


@click.command(name="completion", short_help="Print the script that completes commands with Tab.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that lets a SHELL complete commands, options and files with the Tab key.

    Write it to where the shell looks for it, and open a new shell:

    \b
    riskmodel completion bash > ~/.local/share/bash-completion/completions/riskmodel
    riskmodel completion zsh  > ~/.zfunc/_riskmodel
    riskmodel completion fish > ~/.config/fish/completions/riskmodel.fish

    The folder must exist; zsh needs `fpath+=~/.zfunc` before `compinit` in ~/.zshrc. For one session of bash:
    source <(riskmodel completion bash)
    """  # noqa: D301 - click reads the control character as "keep these lines as they are"
    from click.shell_completion import get_completion_class

    from riskmodel.cli import cli

    scripts = get_completion_class(shell)
    assert scripts is not None  # click ships all three
    script = scripts(cli, {}, "riskmodel", "_RISKMODEL_COMPLETE")
    click.echo(script.source_template % script.source_vars())
