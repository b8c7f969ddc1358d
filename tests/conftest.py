"""A review in memory from a few cells, for tests that need one of a certain shape."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from metaan.review.cells import parse_cell
from metaan.review.plan import Plan
from metaan.review.rows import Review, Row
from metaan.review.schema import TABLES

# No test fails on a time: a shared machine can be slow.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROW = {"timepoint": "1 week", "status": "extracted", "use": "pool"}


def make_row(table, number, cells):
    columns = TABLES[table].columns
    unknown = set(cells) - {column.name for column in columns}
    assert not unknown, unknown
    text = {column.name: str(cells.get(column.name, "")) for column in columns}
    return Row(
        table=table,
        number=number,
        text=text,
        value={column.name: parse_cell(column, text[column.name]) for column in columns},
    )


def make_review(
    *,
    results=(),
    contrasts=(),
    studies=None,
    arms=None,
    outcomes=None,
    rob=(),
    analysis=None,
    sensitivity=(),
    defaults=None,
    questions=(("alpha", "placebo"), ("alpha", "beta"), ("beta", "placebo")),
):
    """Build a review; an arm is named after its treatment unless `arms` says otherwise."""
    rows = {
        "results": [
            {**ROW, "study_id": study, "arm_id": arm, "outcome_id": outcome, **cells}
            for study, arm, outcome, cells in results
        ],
        "contrasts": [
            {**ROW, "study_id": study, "arm_id_1": one, "arm_id_2": other, "outcome_id": outcome, **cells}
            for study, one, other, outcome, cells in contrasts
        ],
        "rob": list(rob),
    }
    ids = [(row["study_id"], row["arm_id"]) for row in rows["results"]]
    ids += [(row["study_id"], row[name]) for row in rows["contrasts"] for name in ("arm_id_1", "arm_id_2")]
    arms = {key: {"treatment": key[1]} | (arms or {}).get(key, {}) for key in dict.fromkeys(ids)}
    named = [row["outcome_id"] for table in ("results", "contrasts") for row in rows[table]]
    outcomes = outcomes or {name: {} for name in dict.fromkeys(named)}
    usual = {"kind": "binary", "direction": "lower_better"}
    rows["studies"] = [
        {"study_id": study, "label": f"{study} 2001"} | (studies or {}).get(study, {})
        for study in dict.fromkeys(study for study, _ in arms)
    ]
    rows["arms"] = [{"study_id": study, "arm_id": arm, **cells} for (study, arm), cells in arms.items()]
    rows["outcomes"] = [
        usual | {"outcome_id": name, "label": name.capitalize()} | cells for name, cells in outcomes.items()
    ]
    labels = dict.fromkeys(cells["treatment"] for cells in arms.values())
    rows["treatments"] = [{"raw_label": label, "node": label.split(",")[0]} for label in labels]
    plan = Plan.model_validate(
        {
            "schema": 1,
            "review": {
                "title": "Alpha and beta",
                "question": "Do they help?",
                "reference": "placebo",
                "treatments": ["placebo", "alpha", "beta"],
                "questions": [{"treat1": one, "treat2": other} for one, other in questions],
            },
            "defaults": defaults or {},
            "analysis": [{"id": "x", "title": "X", "outcomes": list(outcomes)} | (analysis or {})],
            "sensitivity": [{"id": each["id"], "label": each["id"]} | each for each in sensitivity],
        }
    )
    tables = {
        name: tuple(make_row(name, number, cells) for number, cells in enumerate(rows.get(name, ()), start=2))
        for name in TABLES
    }
    return Review(name="made-up", plan=plan, tables=tables, files=())


@pytest.fixture(scope="session")
def review_of():
    return make_review


@pytest.fixture(scope="session")
def bundled():
    """The folder of the bundled review."""
    return Path(__file__).parent.parent / "studies"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Keep figures between runs in a folder of the tests, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METAAN_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
