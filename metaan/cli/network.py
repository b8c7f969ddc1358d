"""The command `network`: one network meta-analysis of a plain CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from metaan.cli.places import FILE
from metaan.cli.talk import talk_of, talk_options

if TYPE_CHECKING:
    from metaan.single_network.analysis import NetworkAnalysis
    from metaan.types import Axis, SmallValues

__all__ = ["network"]

METHODS = ("REML", "ML", "DL", "EE")
SMALL_VALUES = ("desirable", "undesirable")
REPEATED = ("refuse", "merge")
MODELS = ("inverse", "mh", "nch", "penalised", "compare")
SPLITS = ("back-calculation", "SIDDE")
INTERACTIONS = ("common", "independent")
INPUTS = ("arms", "contrasts")
AXES = ("fitted", "symmetric")
PLOTS = ("forest", "graph", "rankogram", "splits", "heat", "league", "contributions", "funnel")


@click.command(short_help="Compare several treatments from one CSV file.")
@click.argument("file", type=FILE)
@click.option("--measure", help="OR, RR, RD, MD, SMD, IRR or IRD; any name for effects that are given.")
@click.option(
    "--method",
    type=click.Choice(METHODS, case_sensitive=False),
    default="REML",
    show_default=True,
    help="Estimator of tau2; EE for a common effect.",
)
@click.option(
    "--reference", help="Treatment the others are shown against.  [default: the one in most studies]"
)
@click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level.")
@click.option(
    "--small-values",
    type=click.Choice(SMALL_VALUES, case_sensitive=False),
    help="Whether a small effect is the better one; needed for a ranking.",
)
@click.option(
    "--margin",
    type=float,
    help="How much better than the reference matters; for a ratio a ratio, such as 1.25.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the draws that ranks come from.")
@click.option(
    "--model",
    type=click.Choice(MODELS, case_sensitive=False),
    default="inverse",
    show_default=True,
    help="For rare events, beside inverse variances: mh (Mantel-Haenszel), nch (exact conditional"
    " likelihood), penalised (Firth), or compare: all of them side by side.",
)
@click.option(
    "--splits",
    type=click.Choice(SPLITS, case_sensitive=False),
    default="back-calculation",
    show_default=True,
    help="How node splitting sets indirect evidence apart.",
)
@click.option("--components", default="", metavar="SEP", help='Additive components: "+" for “A + B”.')
@click.option("--inactive", help="The component without effect, such as placebo.")
@click.option("--covariate", default="", metavar="COLUMN", help="Regress on one covariate of the studies.")
@click.option(
    "--interaction",
    type=click.Choice(INTERACTIONS, case_sensitive=False),
    default="common",
    show_default=True,
    help="One slope of all treatments against the reference, or one of each.",
)
@click.option(
    "--modifier",
    "modifiers",
    multiple=True,
    metavar="COLUMN",
    help="Show how a possible effect modifier is spread over the comparisons; may be repeated.",
)
@click.option(
    "--rob",
    default="",
    metavar="COLUMN",
    help="Carry the studies' risk of bias (low, some concerns, high) through their contributions.",
)
@click.option(
    "--indirectness",
    default="",
    metavar="COLUMN",
    help="The studies' indirectness (low, some concerns, high), for CINeMA.",
)
@click.option(
    "--cinema",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write what CINeMA reads into this folder: cinema.csv and cinema-contributions.csv.",
)
@click.option(
    "--repeated",
    type=click.Choice(REPEATED, case_sensitive=False),
    default="refuse",
    show_default=True,
    help="What becomes of several arms of one treatment in one study.",
)
@click.option(
    "--nodes",
    type=FILE,
    help="CSV of raw_label and node: which labels are one treatment.",
)
@click.option(
    "--input",
    "take",
    type=click.Choice(INPUTS, case_sensitive=False),
    help="What counts where a row has the cells of arms and an effect.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="ROLE=HEADING",
    help="Say which column is what, such as events=death; may be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
@click.option(
    "--figure",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw a figure: FILE.svg, .pdf, .png, .tiff or .eps.",
)
@click.option(
    "--plot",
    type=click.Choice(PLOTS, case_sensitive=False),
    default="forest",
    show_default=True,
    help="Which figure: every treatment against the reference, who was compared with whom, ...",
)
@click.option("--journal", default="metaan", show_default=True, help="Whose figures it is to look like.")
@click.option(
    "--axis",
    type=click.Choice(AXES),
    default="fitted",
    show_default=True,
    help="How far a forest plot reaches: as the data need, or equally on both sides of no effect.",
)
@click.option(
    "--order",
    multiple=True,
    metavar="TREATMENT",
    help="For the funnel: give every treatment once, from where small studies would favour the next.",
)
@talk_options
@click.pass_context
def network(
    context: click.Context,
    file: Path,
    *,
    measure: str | None,
    method: str,
    reference: str | None,
    level: float,
    small_values: SmallValues | None,
    margin: float | None,
    seed: int,
    model: str,
    splits: str,
    components: str,
    inactive: str | None,
    covariate: str,
    interaction: str,
    modifiers: tuple[str, ...],
    rob: str,
    indirectness: str,
    cinema: Path | None,
    repeated: str,
    nodes: Path | None,
    take: str | None,
    columns: tuple[str, ...],
    form: str,
    figure: Path | None,
    plot: str,
    journal: str,
    axis: Axis,
    order: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    debug: bool,
) -> None:
    """Compare several treatments, directly and through one another, from one CSV file.

    \b
    FILE has one of these sets of columns (capitals and points do not count):
      study, treatment, events, n              one arm in a row; or mean, sd, n; or events, time
      study, treat1, event1, n1, treat2, ...   several arms in a row
      study, treat1, treat2, yi, sei (or vi)   one effect in a row, treat1 minus treat2
    and names that netmeta, MetaInsight and others use (studlab, TE, seTE, T, R, N, ...). Arms and effects may
    stand in one file. A row that cannot be used is listed with its reason; exit code 1 where no study can.
    """  # noqa: D301 - the backspace character keeps click from wrapping the lines
    del debug
    talk = talk_of(context, quiet=quiet, verbose=verbose)
    from metaan.single_network.analysis import analyse_network
    from metaan.single_network.request import NetworkRequest

    if figure is not None:
        from metaan.single.figure import figure_format

        figure_format(figure)
    request = NetworkRequest(
        measure=measure,
        method=method,
        reference=reference,
        level=level,
        small_values=small_values,
        margin=margin,
        seed=seed,
        model=model,
        splits=splits,
        components=components,
        inactive=inactive,
        covariate=covariate,
        interaction=interaction,
        modifiers=modifiers,
        rob=rob,
        indirectness=indirectness,
        order=order,
        axis=axis,
        repeated=repeated,
        nodes=nodes,
        take=take or "",
        columns=_columns(columns),
    )
    analysis = analyse_network(file, request)
    click.echo(_written(analysis, form), nl=False)
    if analysis.fit is None:
        talk.tell(f"{analysis.intake.file}: there is no network; the output says why, row by row.")
        raise click.exceptions.Exit(1)
    if cinema is not None:
        from metaan.single_network.cinema import write_cinema

        for note in write_cinema(analysis, cinema):
            talk.tell(f"CINeMA: {note}.")
        talk.tell(f"The files for CINeMA are in {cinema}.")
    if figure is not None:
        from metaan.single.figure import write_drawing
        from metaan.single_network.figure import draw_network

        drawing = draw_network(analysis, plot, journal)
        write_drawing(drawing, figure)
        talk.tell(f"The figure is in {figure}{''.join(f'; {each}' for each in drawing.remarks)}.")


def _columns(told: tuple[str, ...]) -> dict[str, str]:
    from metaan.errors import RequestError
    from metaan.review.problems import visible

    columns: dict[str, str] = {}
    for each in told:
        role, equals, heading = each.partition("=")
        if not (role and equals and heading):
            raise RequestError(f"--column {visible(each[:80])}: write ROLE=HEADING, such as events=death.")
        columns[role.strip()] = heading.strip()
    return columns


def _written(analysis: NetworkAnalysis, form: str) -> str:
    from metaan.single_network.written import network_record, network_table, render_network

    if form == "json":
        from metaan.report.canonical import write_canonical

        return write_canonical(network_record(analysis)).decode()
    if form == "csv":
        from metaan.tables.table import to_csv

        return to_csv(network_table(analysis))
    return render_network(analysis)
