"""The example review: no fault, every key explained, nothing that could be taken for a real trial."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

from metaan.review.check import check_review
from metaan.review.plan import AnalysisPlan, Defaults, Plan, Question, ReviewInfo, SensitivityPlan
from metaan.starting.start import start_example


def test_the_example_has_no_fault_and_no_warning(tmp_path: Path) -> None:
    start_example(tmp_path / "review")
    assert check_review(tmp_path / "review") == ()


def test_the_plan_shows_every_key(tmp_path: Path) -> None:
    start_example(tmp_path / "review")
    text = (tmp_path / "review" / "review.toml").read_text()
    shown = set(re.findall(r"^(?:# )?([a-z_0-9]+) *=", text, re.MULTILINE)) | {"treat1", "treat2"}
    for model in (ReviewInfo, Defaults, AnalysisPlan, SensitivityPlan, Question):
        for name in model.model_fields:
            overall = name in ("measure", "outcomes") and model is Defaults
            assert name in shown or overall, (model.__name__, name)
    assert set(tomllib.loads(text)) == {"schema", *Plan.model_fields} - {"schema_version", "rob_tool"}
    assert "# [[rob_tool]]" in text


def test_the_tool_in_the_comments_is_one(tmp_path: Path) -> None:
    start_example(tmp_path / "review")
    plan = tmp_path / "review" / "review.toml"
    lines = plan.read_text().splitlines()
    start = lines.index("# [[rob_tool]]")
    lines[start : start + 5] = [line.removeprefix("# ") for line in lines[start : start + 5]]
    plan.write_text("\n".join(lines) + "\n")
    assert [tool["id"] for tool in tomllib.loads(plan.read_text())["rob_tool"]] == ["ours"]
    assert check_review(tmp_path / "review") == ()


def test_every_key_has_a_comment_or_speaks_for_itself(tmp_path: Path) -> None:
    start_example(tmp_path / "review")
    lines = (tmp_path / "review" / "review.toml").read_text().splitlines()
    seen: set[str] = set()
    for line in lines:
        key = line.partition("=")[0].strip("# ")
        if re.fullmatch(r"[a-z_]+", key) and key not in seen and "=" in line:
            seen.add(key)
            plain = key in {"title", "question", "cautions"}
            assert plain or "#" in line.partition("=")[2], line


def test_every_trial_says_that_it_is_made_up(tmp_path: Path) -> None:
    start_example(tmp_path / "review")
    for name in ("studies", "arms", "results"):
        with (tmp_path / "review" / f"{name}.csv").open() as opened:
            rows = list(csv.DictReader(opened))
        assert rows
        assert all("no such trial" in row["source"] for row in rows)
    assert "made up" in (tmp_path / "review" / "README.md").read_text().splitlines()[0]
