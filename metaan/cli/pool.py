"""The command `pool`: one analysis of a plain CSV."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from metaan.cli.places import FILE
from metaan.cli.talk import talk_of, talk_options

if TYPE_CHECKING:
    from metaan.single.analysis import Single
    from metaan.single.figure import FigureLook
    from metaan.types import Axis

__all__ = ["pool"]

TO = ("only0", "all", "if0all", "none")
VTYPES = ("LS", "UB")
MODELS = ("inverse", "mh", "peto", "UM.FS", "UM.RS", "CM.EL")
PLOTS = ("funnel", "labbe", "radial", "drapery", "baujat", "influence", "gosh")
AXES = ("fitted", "symmetric")
PROFILES = ("metafor", "meta", "revman", "stata")


@click.command(short_help="Pool the studies of one CSV file.")
@click.argument("file", type=FILE)
@click.option("--measure", help="Effect measure, such as RR, OR, SMD or PLO. Not needed with yi and vi.")
@click.option("--method", help="EE for a common effect, or the estimator of tau2.  [default: REML]")
@click.option("--test", help="z, t, hksj (Hartung-Knapp) or adhoc.  [default: hksj]")
@click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level.")
@click.option(
    "--profile", type=click.Choice(PROFILES, case_sensitive=False), help="Defaults of this package."
)
@click.option(
    "--model",
    type=click.Choice(MODELS, case_sensitive=False),
    default="inverse",
    show_default=True,
    help="Inverse variance, Mantel-Haenszel, Peto, or a mixed model of two by two tables.",
)
@click.option("--mods", default="", metavar="FORMULA", help='Regress on moderators: "~ ablat + year".')
@click.option("--subgroup", default="", metavar="COLUMN", help="Pool by group, and test between groups.")
@click.option("--slab", default="", metavar="COLUMN", help="Column that names the studies.")
@click.option("--add", type=float, help="What is added to cells where a study has an empty one.")
@click.option("--to", type=click.Choice(TO), help="To which studies it is added.")
@click.option("--vtype", type=click.Choice(VTYPES), help="Variance of SMD: large-sample or unbiased.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
@click.option(
    "--compare-profiles",
    is_flag=True,
    help="Also pool by the defaults of metafor, meta, RevMan and Stata; say why they differ.",
)
@click.option(
    "--figure",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw a forest plot, or with one moderator a bubble plot: FILE.svg, .pdf, .png, .tiff or .eps.",
)
@click.option("--journal", default="metaan", show_default=True, help="Whose figures it is to look like.")
@click.option("--groups", default="", metavar="NAME,NAME", help="Names of both groups, for the figure.")
@click.option(
    "--better",
    type=click.Choice(["lower", "higher"]),
    help="Which effects favour the first group, for the figure.",
)
@click.option(
    "--axis",
    type=click.Choice(AXES),
    default="fitted",
    show_default=True,
    help="How far the forest plot reaches: as the data need, or equally on both sides of no effect.",
)
@click.option("--cumulative", default="", metavar="COLUMN", help="Pool study by study in this order.")
@click.option("--leave-one-out", is_flag=True, help="Pool without each study in turn.")
@click.option("--trim-fill", is_flag=True, help="Pool with mirror images of studies: trim and fill.")
@click.option(
    "--plot",
    type=click.Choice(PLOTS, case_sensitive=False),
    help="What --figure draws in place of the forest plot.",
)
@click.option("--study", default="", metavar="NAME", help="Colour a GOSH plot by subsets with this study.")
@click.option("--force", is_flag=True, help="Draw a funnel plot, or trim and fill, below ten studies too.")
@talk_options
@click.pass_context
def pool(
    context: click.Context,
    file: Path,
    *,
    measure: str | None,
    method: str | None,
    test: str | None,
    level: float,
    profile: str | None,
    model: str,
    mods: str,
    subgroup: str,
    slab: str,
    add: float | None,
    to: str | None,
    vtype: str | None,
    form: str,
    compare_profiles: bool,
    figure: Path | None,
    journal: str,
    groups: str,
    better: str | None,
    axis: Axis,
    cumulative: str,
    leave_one_out: bool,
    trim_fill: bool,
    plot: str | None,
    study: str,
    force: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
) -> None:
    """Pool the studies of one CSV file with one row per study.

    FILE has metafor's column names: ai n1i ci n2i (or bi di, or tpos tneg cpos cneg); m1i sd1i n1i m2i
    sd2i n2i; x1i t1i x2i t2i; xi ni; xi ti; mi sdi ni; ri ni; m1i m2i sd1i sd2i ni ri; or yi with vi or
    sei. Studies are named by slab, study, or author and year. A row that cannot be used is listed with its
    reason; exit code 1 where none can, or where the model is not estimable.

    --format csv is one long table, a line for every number: kind and name say what it belongs to, quantity
    what it is, scale on which scale value, low and high stand. An effect of a ratio has a line on the log
    scale, with its standard error and test, and one as a ratio; coefficients stand on the scale of analysis.
    """
    del debug
    talk = talk_of(context, quiet=quiet, verbose=verbose)
    from metaan.single.analysis import analyse_file
    from metaan.single.request import Request

    if figure is None and (plot or study or (force and not trim_fill)):
        raise click.UsageError("--plot, --study and --force are about a figure; name its file with --figure.")
    if study and plot != "gosh":
        raise click.UsageError("--study colours a GOSH plot; ask for one with --plot gosh.")
    if figure is not None:
        from metaan.single.figure import figure_format

        figure_format(figure)
        look = _look(journal, groups, better, axis)
        look.preset()
    request = Request(
        measure=measure,
        method=method,
        test=test,
        level=level,
        profile=profile,
        model=model,
        add=add,
        to=to,
        vtype=vtype,
        mods=mods,
        subgroup=subgroup,
        slab=slab,
        cumulative=cumulative,
        leave_one_out=leave_one_out,
        trim_fill=trim_fill,
        force=force,
    )
    single = analyse_file(file, request)
    click.echo(_written(single, form, compare=compare_profiles and single.fit is not None), nl=False)
    if single.fit is None:
        talk.tell(f"{single.file}: nothing can be pooled; the output says why, row by row.")
        raise click.exceptions.Exit(1)
    if figure is not None:
        from metaan.single.figure import write_figure

        remarks = write_figure(single, figure, look, plot=plot or "", force=force, study=study)
        talk.tell(f"The figure is in {figure}{''.join(f'; {each}' for each in remarks)}.")
    if isnan(single.fit.estimate):
        talk.tell(f"{single.file}: the pooled effect is not estimable; the output says why.")
        raise click.exceptions.Exit(1)


def _look(journal: str, groups: str, better: str | None, axis: Axis) -> FigureLook:
    """Read how the figure is to look.

    Raises
    ------
    RequestError
        For names that are not two.
    """
    from metaan.errors import RequestError
    from metaan.single.figure import FigureLook

    names = tuple(name.strip() for name in groups.split(",")) if groups else ()
    if len(names) not in (0, 2) or not all(names):
        raise RequestError(f"--groups {groups}: give two names with a comma between, such as BCG,Control.")
    return FigureLook(journal=journal, groups=names, better=better or "", axis=axis)


def _written(single: Single, form: str, *, compare: bool) -> str:
    if form == "json":
        from metaan.report.canonical import write_canonical
        from metaan.single.record import single_record

        record = single_record(single)
        if compare:
            from metaan.single.profiles import profile_record

            record["profiles"] = profile_record(single)
        return write_canonical(record).decode()
    if form == "csv":
        from metaan.single.csv_table import single_table
        from metaan.tables.table import to_csv

        if not compare:
            return to_csv(single_table(single))
        from metaan.single.profiles import profile_record

        return to_csv(single_table(single, profile_record(single)))
    from metaan.single.text import render_single

    if not compare:
        return render_single(single)
    from metaan.single.profiles import render_profiles

    return f"{render_single(single)}\n{render_profiles(single)}"
