"""Whatever the plan says of an analysis or a sensitivity must reach the reader."""

from __future__ import annotations

import html

from metaan.report.analysis import analyse
from metaan.report.contents import report_tables
from metaan.review.read import read_review
from metaan.tables.table import to_html


def test_every_note_of_a_sensitivity_stands_under_its_table(bundled):
    review = read_review(bundled)
    results = analyse(review)
    tables = {table.id: table for table in report_tables(review, results)}
    seen = 0
    for result in results:
        table = tables[f"{result.id}-sensitivity"]
        page = html.unescape(str(to_html(table)))
        plans = {plan.id: plan for plan in review.plan.sensitivity}
        for scenario in result.sensitivity:
            for note in plans[scenario.id].notes:
                assert note in page
                seen += 1
    assert seen > 10
