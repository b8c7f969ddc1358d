"""The example reviews hold the published tables: the rows that their papers' readers know, typed again."""

from __future__ import annotations

import math


def test_bcg_rows(example):
    """Colditz et al., JAMA 1994;271:698: cases and others, vaccinated and not, in the order of the years."""
    published = [
        (1948, 4, 119, 11, 128),
        (1949, 6, 300, 29, 274),
        (1953, 180, 1361, 372, 1079),
        (1960, 3, 228, 11, 209),
        (1961, 17, 1699, 65, 1600),
        (1968, 29, 7470, 45, 7232),
        (1969, 5, 2493, 3, 2338),
        (1973, 33, 5036, 47, 5761),
        (1973, 8, 2537, 10, 619),
        (1974, 186, 50448, 141, 27197),
        (1976, 27, 16886, 29, 17825),
        (1977, 62, 13536, 248, 12619),
        (1980, 505, 87886, 499, 87892),
    ]
    cells = {(row["study_id"], row["arm_id"]): row for row in example("bcg", "results")}
    found = []
    for study in example("bcg", "studies"):
        counts = []
        for arm in ("vaccinated", "control"):
            row = cells[study["study_id"], arm]
            counts += [int(row["events"]), int(row["n"]) - int(row["events"])]
        found.append((int(study["year"]), *counts))
    assert found == published


def test_bcg_latitudes_and_allocation(example):
    """The same table; latitudes are absolute degrees."""
    by_year = [(row["year"], row["notes"].split()[5], row["design"]) for row in example("bcg", "studies")]
    assert [latitude for _, latitude, _ in by_year] == [
        "44",
        "55",
        "44",
        "42",
        "42",
        "27",
        "33",
        "13",
        "19",
        "18",
        "33",
        "52",
        "13",
    ]
    assert [kind.split()[0] for _, _, kind in by_year] == [
        "random",
        "random",
        "alternate",
        "random",
        "systematic",
        "random",
        "systematic",
        "alternate",
        "random",
        "systematic",
        "systematic",
        "random",
        "random",
    ]


def test_smoking_totals(example):
    """Hasselblad, Med Decis Making 1998;18:37: arms, people and people who stopped, by intervention."""
    totals = {}
    arms = {(row["study_id"], row["arm_id"]): row["treatment"] for row in example("smoking", "arms")}
    for row in example("smoking", "results"):
        events, n, count = totals.get(arms[row["study_id"], row["arm_id"]], (0, 0, 0))
        treatment = arms[row["study_id"], row["arm_id"]]
        totals[treatment] = (events + int(row["events"]), n + int(row["n"]), count + 1)
    no_contact = [75, 9, 2, 58, 0, 3, 1, 6, 79, 18, 64, 5, 20, 0, 8, 95, 15, 78, 69]
    self_help = [11, 77, 21, 19, 20, 7]
    individual = [363, 23, 9, 237, 9, 31, 26, 12, 17, 107, 8, 34, 143, 36, 73, 54, 16, 12, 9]
    group = [10, 29, 9, 32, 20, 3]
    assert {t: (events, count) for t, (events, _, count) in totals.items()} == {
        "no contact": (sum(no_contact), len(no_contact)),
        "self-help": (sum(self_help), len(self_help)),
        "individual counselling": (sum(individual), len(individual)),
        "group counselling": (sum(group), len(group)),
    }
    assert len(example("smoking", "studies")) == 24


def test_smoking_trials_with_three_arms(example):
    sizes = {}
    for row in example("smoking", "arms"):
        sizes.setdefault(row["study_id"], []).append(int(row["n_randomised"]))
    assert {study: ns for study, ns in sizes.items() if len(ns) == 3} == {
        "Cottraux1983": [140, 140, 138],
        "Mothersill1988": [78, 85, 170],
    }


def test_senn_three_arm_trial_is_whole_and_consistent(example):
    """Senn et al., Stat Methods Med Res 2013;22:169: the three differences of Willms 1999 add up."""
    willms = {
        (row["arm_id_1"], row["arm_id_2"]): (float(row["estimate"]), float(row["se"]))
        for row in example("senn", "contrasts")
        if row["study_id"] == "Willms1999"
    }
    assert willms == {
        ("metformin", "acarbose"): (-0.2, 0.3579),
        ("metformin", "placebo"): (-1.2, 0.3758),
        ("acarbose", "placebo"): (-1.0, 0.4669),
    }
    around = (
        willms["metformin", "acarbose"][0]
        + willms["acarbose", "placebo"][0]
        - willms["metformin", "placebo"][0]
    )
    assert math.isclose(around, 0, abs_tol=1e-12)


def test_senn_differences(example):
    """The same table: estimate and standard error of the trials with two arms."""
    published = {
        "DeFronzo1995": (-1.9, 0.1414),
        "Lewin2007": (-0.82, 0.0992),
        "Davidson2007": (-1.34, 0.1435),
        "Wolffenbuttel1999": (-1.1, 0.1141),
        "Kipnes2001": (-1.3, 0.1268),
        "Kerenyi2004": (-0.77, 0.1078),
        "Hanefeld2004": (0.16, 0.0849),
        "Derosa2004": (0.1, 0.1831),
        "Baksi2004": (-1.3, 0.1014),
        "Rosenstock2008": (-1.09, 0.2263),
        "Zhu2003": (-1.5, 0.1624),
        "Yang2003": (-0.14, 0.2239),
        "Vongthavaravat2002": (-1.2, 0.1436),
        "Oyama2008": (-0.4, 0.1549),
        "Costa1997": (-0.8, 0.1432),
        "Hermansen2007": (-0.57, 0.1291),
        "Garber2008": (-0.7, 0.1273),
        "Alex1998": (-0.37, 0.1184),
        "Johnston1994": (-0.74, 0.1839),
        "Johnston1998a": (-1.41, 0.2235),
        "Kim2007": (0.0, 0.2339),
        "Johnston1998b": (-0.68, 0.2828),
        "Gonzalez-Ortiz2004": (-0.4, 0.4356),
        "Stucci1996": (-0.23, 0.3467),
        "Moulin2006": (-1.01, 0.1366),
    }
    found = {
        row["study_id"]: (float(row["estimate"]), float(row["se"]))
        for row in example("senn", "contrasts")
        if row["study_id"] != "Willms1999"
    }
    assert found == published
