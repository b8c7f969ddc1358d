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
from metaan.report.sections import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jinja2 import Template

    from metaan.report.rendered import RenderedFigure
    from metaan.results.synthesis import AnalysisResult
    from metaan.review.read import Review
    from metaan.tables.table import Table

__all__ = ["page_template", "render_html", "write_methods"]


def render_html(
    review: Review,
    analyses: Sequence[AnalysisResult],
    figures: Mapping[str, RenderedFigure],
    tables: Iterable[Table],
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
        The tables of the report.

    Returns
    -------
    str
        HTML whose text from the data is escaped; the same input gives the same page.
    """
    script = resources("metaan.report").joinpath("templates/page.js").read_text(encoding="utf-8")
    return page_template().render(
        page=page(review, analyses, figures, tables),
        version=metaan.__version__,
        script=Markup(script),  # noqa: S704 - our own
        digest=b64encode(sha256(script.encode()).digest()).decode(),
    )


@cache
def page_template() -> Template:
    """Compile the template of the page with all its parts, once."""
    environment = Environment(
        loader=PackageLoader("metaan.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    parts = {name: environment.get_template(name) for name in environment.list_templates(["html", "css"])}
    return parts["report.html"]
