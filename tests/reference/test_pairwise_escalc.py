"""Effect sizes against escalc() of metafor 5.1-12.

metafor 3.8 differs: it has no second-order correction in ROM, CVR and ROMC, and another variance of SMDH.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from metaan import effect_sizes
from metaan.effects.measures import MEASURES

SAME_FORMULA = 1e-10
"""Both sides compute one closed formula in doubles; the reference has 15 digits."""


def read_blocks() -> dict[tuple[str, str], list[dict[str, str]]]:
    lines = (Path(__file__).parent / "pairwise_escalc.csv").read_text(encoding="utf-8").splitlines()
    blocks: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        blocks[row["measure"], row["options"]].append(row)
    return blocks


BLOCKS = read_blocks()


def number(text: str) -> float:
    return float("nan") if text == "NA" else float(text)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: " ".join(block).strip())
def test_yi_and_vi(block: tuple[str, str]) -> None:
    rows = BLOCKS[block]
    parsed = [dict(cell.split("=") for cell in row["cells"].split()) for row in rows]
    cells = {name: [float(row[name]) for row in parsed] for name in parsed[0]}
    options = dict(option.split("=") for option in block[1].split())
    found = effect_sizes(block[0], **options, **cells)
    np.testing.assert_allclose(found.yi, [number(row["yi"]) for row in rows], rtol=SAME_FORMULA)
    np.testing.assert_allclose(found.vi, [number(row["vi"]) for row in rows], rtol=SAME_FORMULA)


def test_the_file_is_whole() -> None:
    assert {block[0] for block in BLOCKS} == set(MEASURES)
    assert all(len(rows) == 3 for rows in BLOCKS.values())
    assert len(BLOCKS) == len(MEASURES) + 4
