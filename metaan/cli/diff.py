"""`metaan diff`: what changed between two reports, for people or for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from metaan.cli.places import FOLDER
from metaan.cli.talk import talk_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.report.diff import Change, Diff

__all__ = ["diff"]

SHOWN = 20
WIDTH = 60


@click.command(short_help="Show what changed between two reports.")
@click.argument("old", type=FOLDER)
@click.argument("new", type=FOLDER)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
@talk_options
@click.pass_context
def diff(
    context: click.Context, old: Path, new: Path, *, form: str, quiet: bool, verbose: bool, debug: bool
) -> None:
    """Show which numbers and choices changed from the report in OLD to the one in NEW.

    Numbers count as equal at ten significant digits, or within 1e-8; entries are matched by their names, so
    that a study or treatment more does not shift the others. Exit code 0 where nothing changed, else 1.
    """
    del context, quiet, verbose, debug
    from metaan.report.diff import diff as compare

    found = compare(old, new)
    click.echo(_json(found) if form == "json" else _text(found))
    raise click.exceptions.Exit(0 if found.same else 1)


def _json(found: Diff) -> str:
    return json.dumps({"same": found.same} | asdict(found), indent=1, ensure_ascii=False)


def _text(found: Diff) -> str:
    if found.same:
        return "same: no number, no choice and no input changed"
    lines = [_counts(found)]
    for title, changes in (("Choices", found.choices), ("Inputs", found.inputs)):
        lines += _part(title, [_change(each) for each in changes])
    lines += _part("Only in the old report", [_printable(place) for place in found.removed])
    lines += _part("Only in the new report", [_printable(place) for place in found.added])
    for title, several in groupby(found.numbers, key=_analysis):
        lines += _part(f"Numbers of {title}" if title else "Numbers", [_change(each) for each in several])
    lines += _part("Words", [_change(each) for each in found.words])
    return "\n".join(lines)


def _counts(found: Diff) -> str:
    parts = (
        (len(found.numbers), "number changed", "numbers changed"),
        (len(found.removed), "entry gone", "entries gone"),
        (len(found.added), "entry new", "entries new"),
        (len(found.choices), "choice changed", "choices changed"),
        (len(found.inputs), "input changed", "inputs changed"),
        (len(found.words), "text changed", "texts changed"),
    )
    return "different: " + ", ".join(f"{n} {one if n == 1 else more}" for n, one, more in parts if n)


def _part(title: str, lines: Sequence[str]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield f"{_printable(title)}:"
    yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  + {len(lines) - SHOWN} more (--format json has them all)"


def _analysis(change: Change) -> str:
    start, _, rest = change.place.partition("analyses[")
    return "" if start or not rest else rest.partition("]")[0]


def _change(each: Change) -> str:
    told = f"{_printable(each.place)}: {_value(each.old)} -> {_value(each.new)}"
    return told if each.relative is None else f"{told} ({100 * each.relative:+.3g}%)"


def _value(value: object) -> str:
    text = "none" if value is None else _printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"


def _printable(text: str) -> str:
    from metaan.review.problems import visible

    return visible(text)
