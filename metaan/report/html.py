"""The report as one HTML page that needs no network and is complete without a script.

One small script sorts tables and enlarges figures where it is run; the page's policy allows it by its digest
and nothing else.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files as resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import metaan
from metaan.report.methods import write_methods
from metaan.report.sections import analysis_view, comparison_anchors, page, section_figures
from metaan.report.views import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jinja2 import Template

    from metaan.report.rendered import RenderedFigure
    from metaan.results.synthesis import AnalysisResult
    from metaan.review.read import Review
    from metaan.tables.table import Table

__all__ = ["page_templates", "render_html", "render_section", "write_methods"]


def render_html(
    review: Review,
    analyses: Sequence[AnalysisResult],
    figures: Mapping[str, RenderedFigure],
    tables: Iterable[Table],
    sections: Mapping[str, Section] | None = None,
) -> str:
    """Write the whole report as one page.

    Parameters
    ----------
    review : Review
        The review.
    analyses : sequence of AnalysisResult
        Its results.
    figures : mapping of str to RenderedFigure
        Figure id to figure, drawn or refused.
    tables : iterable of Table
        The tables of the report; where sections are given, not those of analyses.
    sections : mapping of str to Section, optional
        Analysis id to its section, where it was made before.

    Returns
    -------
    str
        HTML whose text from the data is escaped; the same input gives the same page.
    """
    tables = tuple(tables)
    if sections is None:
        anchors, by_id = comparison_anchors(analyses), {table.id: table for table in tables}
        sections = {
            each.id: render_section(review, each, anchors, section_figures(each, anchors, figures), by_id)
            for each in analyses
        }
    script = resources("metaan.report").joinpath("templates/page.js").read_text(encoding="utf-8")
    return page_templates()["report.html"].render(
        page=page(review, analyses, figures, tables, tuple(sections[each.id] for each in analyses)),
        version=metaan.__version__,
        script=Markup(script),  # noqa: S704 - our own
        digest=b64encode(sha256(script.encode()).digest()).decode(),
    )


def render_section(
    review: Review,
    analysis: AnalysisResult,
    anchors: Mapping[tuple[str, str, str], str],
    figures: Mapping[str, RenderedFigure],
    tables: Mapping[str, Table],
) -> Section:
    """Write what the page holds of one analysis.

    Parameters
    ----------
    review, analysis, anchors, figures, tables
        As `metaan.report.sections.analysis_view` takes them.
    """
    view = analysis_view(review, analysis, anchors, figures, tables)
    html = page_templates()["analysis.html"].render(view=view)
    return Section(id=analysis.id, title=analysis.title, html=Markup(html))  # noqa: S704 - it was escaped there


@cache
def page_templates() -> dict[str, Template]:
    """Compile the templates of the page, once."""
    environment = Environment(
        loader=PackageLoader("metaan.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return {name: environment.get_template(name) for name in environment.list_templates(["html", "css"])}
