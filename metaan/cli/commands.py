"""The commands; each imports what it needs when it runs, so that help and check are instant."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

import metaan
from metaan.cli.diff import diff
from metaan.cli.explain import explain
from metaan.cli.init import init
from metaan.cli.network import network
from metaan.cli.places import ANY, FOLDER, OUT
from metaan.cli.pool import pool
from metaan.cli.talk import talk_of, talk_options
from metaan.errors import MetaanError
from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.cli.talk import Talk
    from metaan.report.ahead import Helpers
    from metaan.report.compare import Difference
    from metaan.report.verify import Verification
    from metaan.review.problems import Problem

__all__ = ["program"]

SHOWN_PER_FILE = 20
HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=HELP, no_args_is_help=True)
@click.version_option(metaan.__version__, "--version", prog_name="metaan", message="%(prog)s %(version)s")
@talk_options
@click.pass_context
def program(context: click.Context, *, quiet: bool, verbose: bool, debug: bool) -> None:
    """Turn extracted trial data into the figures, tables and estimates of a paper.

    A review is one folder with review.toml and its CSV tables. Start with "metaan check", then
    "metaan report".

    \b
    Exit codes: 0 fine; 1 ran and found problems; 2 a wrong command line or plan;
    3 a fault of the program; 130 interrupted.
    """  # noqa: D301 - the backspace character keeps click from wrapping the lines
    context.obj = {"quiet": quiet, "verbose": verbose, "debug": debug}


@program.command(short_help="Write the whole report.")
@click.argument("review", type=FOLDER, required=False)
@click.option("--out", type=OUT, default=Path("reports"), help="Folder of the report.  [default: reports]")
@click.option("--watch", is_flag=True, help="Write it again whenever a file of the review changes.")
@click.option("--fresh", is_flag=True, help="Make everything again, also what has not changed.")
@talk_options
@click.pass_context
def report(
    context: click.Context,
    review: Path | None,
    *,
    out: Path,
    watch: bool,
    fresh: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
) -> None:
    """Check the data, run every analysis and write the whole report.

    REVIEW is the folder that holds review.toml: by default ./studies, else the nearest folder upward.
    The page, figures, tables and numbers go to ./reports; an earlier report there is replaced whole, and
    only when the new one is complete. With --watch a fault in the data is shown and the last good report
    stays; Ctrl-C ends it.
    """
    del debug
    talk = talk_of(context, quiet=quiet, verbose=verbose)
    folder = _review_folder(review)
    from metaan.report.bundle import write_report
    from metaan.report.memory import Memory

    memory = Memory()

    def write(*, fresh: bool, by: Helpers | None = None) -> None:
        with talk.steps("Making the report") as step:
            _without_chatter()
            try:
                write_report(folder, out, progress=step, memory=memory, by=by, fresh=fresh)
            except BaseException as stop:
                if out.exists():
                    stop.add_note("the last report was left as it was")
                raise
        talk.tell(f"The report of {folder} is complete.")
        click.echo(str(out / "report.html"))

    if watch:
        _watch(folder, write, talk, fresh=fresh)
    write(fresh=fresh)


@program.command(short_help="Find every fault in the data and the plan.")
@click.argument("review", type=ANY, required=False)
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
def check(
    context: click.Context, review: Path | None, *, form: str, quiet: bool, verbose: bool, debug: bool
) -> None:
    """Find every fault in the data and the plan without computing anything.

    REVIEW is the folder that holds review.toml (found as for "report"), or one CSV file.
    Exit code 1 where there are errors; warnings alone leave it at 0.
    """
    del context, quiet, verbose, debug
    from metaan.review.check import check_file, check_review
    from metaan.review.problems import render_json, render_text

    if review is not None and not review.is_dir():
        place, problems = review.parent, check_file(review)
    else:
        place = _review_folder(review)
        problems = check_review(place)
    click.echo(render_json(problems) if form == "json" else render_text(problems, place).rstrip("\n"))
    raise click.exceptions.Exit(_check_code(problems))


@program.command(short_help="Make the report again and compare.")
@click.argument("review", type=FOLDER, required=False)
@click.option("--out", type=OUT, default=Path("reports"), help="Folder of the report.  [default: reports]")
@click.option("--strict", is_flag=True, help="Only identical bytes will do.")
@talk_options
@click.pass_context
def verify(
    context: click.Context,
    review: Path | None,
    *,
    out: Path,
    strict: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
) -> None:
    """Make the report again elsewhere and compare it with the one in the output folder.

    Says "identical" (every byte), "equivalent" (every number to 10 significant digits or within 1e-8,
    every figure as a reader sees it) or "different", with each difference. Exit code 0 for the first two.
    """
    del debug
    talk = talk_of(context, quiet=quiet, verbose=verbose)
    folder = _review_folder(review)
    from metaan.report.verify import verify as prove

    with talk.steps("Making the report again") as step:
        _without_chatter()
        found = prove(folder, out, progress=step)
    click.echo(_verdict(found, out))
    sufficient = ("identical",) if strict else ("identical", "equivalent")
    raise click.exceptions.Exit(0 if found.tier in sufficient else 1)


program.add_command(diff)
program.add_command(explain)
program.add_command(init)
program.add_command(network)
program.add_command(pool)


def _watch(folder: Path, write: Callable[..., None], talk: Talk, *, fresh: bool) -> NoReturn:
    """Write a report now and after every change, until somebody ends it."""
    from metaan.report.ahead import helpers
    from metaan.report.watch import changes

    changed = changes(folder)  # what is changed while the first report is being made counts too
    with helpers(None) as by:
        _written(write, fresh=fresh, by=by)
        talk.tell(f"Watching {folder}; Ctrl-C ends it.")
        for names in changed:
            told = ", ".join(map(visible, names[:5]))
            talk.tell(f"Changed: {told}{' and more' if len(names) > 5 else ''}.")
            _written(write, fresh=False, by=by)
    raise AssertionError("a review is watched until somebody ends it")


def _written(write: Callable[..., None], *, fresh: bool, by: Helpers) -> None:
    try:
        write(fresh=fresh, by=by)
    except MetaanError as error:
        click.echo(f"{error}\nThe last report was left as it was.", err=True)


def _without_chatter() -> None:
    """Keep matplotlib from telling where it keeps its files."""
    import logging

    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def _review_folder(named: Path | None) -> Path:
    if named is not None:
        return named
    from metaan.review.read import find_review

    return find_review(Path.cwd())


def _check_code(problems: tuple[Problem, ...]) -> int:
    from metaan.review.problems import of_the_plan

    errors = [p for p in problems if p.severity == "error"]
    if any(of_the_plan(p) for p in errors):
        return 2
    return 1 if errors else 0


def _verdict(found: Verification, out: Path) -> str:
    if found.tier == "identical":
        return f"identical: all {found.files} files of {out} are the same, byte by byte"
    if found.tier == "equivalent":
        return f"equivalent: {out} is equal in every number, not in every byte ({found.files} files compared)"
    count = len(found.differences)
    lines = [f"different: {count} difference{'' if count == 1 else 's'} in {out}"]
    for file, several in groupby(found.differences, key=attrgetter("file")):
        listed = [f"  {file}{_place(each)}: {each.old} -> {each.new}" for each in several]
        lines += listed[:SHOWN_PER_FILE]
        if len(listed) > SHOWN_PER_FILE:
            lines.append(f"  {file}: + {len(listed) - SHOWN_PER_FILE} more")
    return "\n".join(lines)


def _place(difference: Difference) -> str:
    return f", {difference.place}" if difference.place else ""
