"""`metaan explain`: the long help of a code."""

from __future__ import annotations

from textwrap import fill

import click

from metaan.cli.talk import talk_options
from metaan.errors import RequestError

__all__ = ["explain"]

WIDTH = 100
NEAR = 3


@click.command(short_help="Explain a code such as D012.")
@click.argument("code", required=False)
@talk_options
@click.pass_context
def explain(context: click.Context, code: str | None, *, quiet: bool, verbose: bool, debug: bool) -> None:
    """Explain a CODE that "metaan check" printed: the rule, why it matters, what to do, an example.

    Without a code all of them are listed.
    """
    del context, quiet, verbose, debug
    from metaan.review.catalogue import CATALOGUE
    from metaan.review.explanations import explanation_text

    if code is None:
        lines = (f"{rule.code}  {rule.severity:7}  {rule.rule}" for rule in CATALOGUE.values())
        click.echo("\n".join(lines))
        return
    wanted = code.strip().upper()
    if wanted not in CATALOGUE:
        raise RequestError(_unknown(code, wanted, list(CATALOGUE)))
    parts = explanation_text(wanted).split("\n\n")
    click.echo("\n\n".join(fill(part, WIDTH, break_long_words=False) for part in parts))


def _unknown(code: str, wanted: str, known: list[str]) -> str:
    from difflib import get_close_matches

    from metaan.review.problems import visible

    near = get_close_matches(wanted, known, NEAR, 0.5)
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    return f'There is no code "{visible(code[:40])}".{meant} "metaan explain" lists all of them.'
