"""Reports in a real browser, without a network."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from metaan.report.analysis import analyse
from metaan.report.checklist import prisma_checklist
from metaan.report.contents import report_tables
from metaan.report.drawings import draw, wanted_figures
from metaan.report.evidence import node_names
from metaan.report.html import render_html
from metaan.review.read import read_review

ROOT = Path(__file__).parents[2]
ENOUGH = 12  # figures; the rest of a page looks the same, and drawing takes most of the time
CHROMIUM = "/usr/bin/chromium"


def _page_of(folder):
    review = read_review(folder)
    analyses = analyse(review)
    wanted = wanted_figures(analyses, node_names(review), review.plan.review.reference)
    figures = {figure.id: draw(figure) for figure in wanted[:ENOUGH]}
    tables = report_tables(review, analyses)
    drawn = [figure.id for figure in figures.values() if not figure.refusal]
    checklist = prisma_checklist(review, analyses, tables=[table.id for table in tables], figures=drawn)
    return render_html(review, analyses, figures, (*tables, checklist))


@pytest.fixture(scope="session")
def bundled(tmp_path_factory):
    """The bundled review's page, written to a file of its own."""
    path = tmp_path_factory.mktemp("bundled") / "report.html"
    path.write_text(_page_of(ROOT / "studies"), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def connected(tmp_path_factory):
    """The page of an example whose network is connected and whose comparisons hold many studies."""
    path = tmp_path_factory.mktemp("connected") / "report.html"
    path.write_text(_page_of(ROOT / "examples" / "smoking"), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser):
    """Open a page at a width and in a colour scheme; keeps what the console and the network saw."""
    contexts = []

    def open_page(path, width=1280, scheme="light", media="screen", script=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, java_script_enabled=script
        )
        contexts.append(context)
        page = context.new_page()
        page.seen = []
        page.on("console", lambda message: page.seen.append(message.text))
        page.on("pageerror", lambda error: page.seen.append(str(error)))
        page.on("request", lambda request: page.seen.append(request.url))
        page.emulate_media(color_scheme=scheme, media=media)
        page.goto(path.as_uri())
        page.seen.remove(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe():
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
