"""The command `init`: a review to start from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from metaan.cli.places import FILE, OUT
from metaan.cli.talk import talk_of, talk_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.review.plan import Journal
    from metaan.starting.start import Started

__all__ = ["init"]

SHOWN = 20
OPTIONS_OF_FILES = (
    "measure",
    "kind",
    "outcome",
    "direction",
    "reference",
    "treatment",
    "title",
    "sheet",
    "column",
    "take",
    "journal",
)


@click.command(short_help="Start a review: a small example, or from a file.")
@click.argument("folder", type=OUT, required=False)
@click.option("--from", "file", type=FILE, metavar="FILE", help="Make the review of this file.")
@click.option("--measure", default="", help="OR, RR, RD, MD or SMD; needed where the file gives effects.")
@click.option(
    "--direction",
    multiple=True,
    metavar="[OUTCOME=]DIRECTION",
    help="higher_better or lower_better, for every outcome or for one.",
)
@click.option(
    "--reference", default="", metavar="TREATMENT", help="What others are compared with; the second group."
)
@click.option(
    "--treatment", default="", metavar="TREATMENT", help="Name of the first group of a file without names."
)
@click.option("--outcome", default="", metavar="NAME", help="Name of the outcome, or RevMan's analysis.")
@click.option("--kind", type=click.Choice(["binary", "continuous"]), help="What a file with both is to give.")
@click.option("--title", default="", help="Title of the review.")
@click.option("--sheet", default="", metavar="NAME", help="Worksheet of a workbook.")
@click.option("--column", multiple=True, metavar="ROLE=HEADING", help='Such as --column events="Died".')
@click.option(
    "--input",
    "take",
    type=click.Choice(["arms", "contrasts"]),
    help="Which counts where a row has both.",
)
@click.option("--journal", default="metaan", metavar="NAME", help="Whose figures it is to have, such as bmj.")
@talk_options
@click.pass_context
def init(
    context: click.Context,
    folder: Path | None,
    *,
    file: Path | None,
    measure: str,
    direction: tuple[str, ...],
    reference: str,
    treatment: str,
    outcome: str,
    kind: str | None,
    title: str,
    sheet: str,
    column: tuple[str, ...],
    take: str | None,
    journal: str,
    quiet: bool,
    verbose: bool,
    debug: bool,
) -> None:
    """Start a review in a new folder.

    Without --from: a small review of made-up trials that runs at once and explains itself in comments.
    FOLDER is ./review where it is not given; one that is not empty is refused.

    With --from FILE: the review that the file gives, every row with its place, and in import.txt what was
    assumed and what was not taken. FILE is a CSV or .xlsx with metafor's columns (ai n1i ci n2i, m1i sd1i n1i
    m2i sd2i n2i, yi vi), netmeta's or MetaInsight's (long, wide or contrasts), or the tables of a review; a
    RevMan data package (.zip), whose pooled results are computed again and compared; or a RevMan 5 .rm5.
    """
    del debug
    talk = talk_of(context, quiet=quiet, verbose=verbose)
    folder = folder or Path("review")
    if file is None:
        _refuse_without_file(context)
        from metaan.starting.start import start_example

        start_example(folder)
        click.echo(f"{folder} holds a review of made-up trials; its README.md says what is what.")
    else:
        from metaan.review.imports.facts import Wishes
        from metaan.starting.start import start_from

        wishes = Wishes(
            measure=measure.upper(),
            kind=kind or "",
            outcome=outcome,
            directions=_directions(direction),
            reference=reference,
            treatment=treatment,
            title=title,
            sheet=sheet,
            columns=_columns(column),
            take=take or "",
        )
        started = start_from(folder, file, wishes, _journal(journal))
        click.echo(_told(started, folder))
        for line in _left(started):
            talk.tell(line)
    click.echo(f"Next: metaan check {_quoted(folder)}, then metaan report {_quoted(folder)} --out my-report")


def _refuse_without_file(context: click.Context) -> None:
    given = [
        name
        for name in context.params
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    named = [f"--{'input' if name == 'take' else name}" for name in given if name in OPTIONS_OF_FILES]
    if named:
        raise click.UsageError(f"{', '.join(named)} say what a file holds; name the file with --from.")


def _journal(given: str) -> Journal:
    from metaan.review.plan import Journal

    known: tuple[Journal, ...] = get_args(Journal)
    found = next((each for each in known if each == given.strip().lower()), None)
    if found is None:
        raise click.UsageError(f"--journal {given[:80]}: there are {', '.join(known)}.")
    return found


def _directions(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in given:
        outcome, _, direction = text.rpartition("=")
        found[outcome.strip()] = direction.strip()
    return found


def _columns(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in given:
        role, between, heading = text.partition("=")
        if not between or not role.strip() or not heading.strip():
            raise click.UsageError(f'--column {text[:80]}: write ROLE=HEADING, such as events="Died".')
        found[role.strip()] = heading.strip()
    return found


def _told(started: Started, folder: Path) -> str:
    from metaan.starting.compared import comparison_lines

    draft = started.draft
    count = {name: len(rows) for name, rows in draft.tables.items()}
    parts = [
        f"{count['studies']} {'study' if count['studies'] == 1 else 'studies'}",
        *(f"{count[name]} rows of {name}" for name in ("results", "contrasts") if name in count),
        f"{len(draft.analyses)} {'analysis' if len(draft.analyses) == 1 else 'analyses'}",
    ]
    lines = [f"{folder} holds a review made of {draft.file}: {', '.join(parts)}."]
    if started.compared:
        lines += ["", "Pooled again from the imported numbers, beside what RevMan printed:"]
        lines += [*comparison_lines(started.compared), ""]
    return "\n".join(lines)


def _left(started: Started) -> list[str]:
    """Say what was not taken, what was assumed and what is wanted."""
    draft = started.draft
    lines = [f"not taken: {each.place}: {each.reason}" for each in draft.untaken[:SHOWN]]
    if draft.untaken[SHOWN:]:
        lines.append(f"not taken: + {len(draft.untaken) - SHOWN} more, all in import.txt")
    return [*lines, *(f"note: {note}" for note in draft.notes), *(f"wanted: {each}" for each in draft.wanted)]


def _quoted(folder: Path) -> str:
    import shlex

    return shlex.quote(str(folder))
