"""What CINeMA reads of each network: contrasts with their judgements, and the contributions of studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.report.limits import overall_judgements
from metaan.tables.cinema import LEVELS, cinema_contrasts, cinema_contributions
from metaan.tables.table import to_csv

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.results.synthesis import AnalysisResult
    from metaan.review.rows import Review

__all__ = ["cinema_files"]


def cinema_files(review: Review, analyses: Sequence[AnalysisResult]) -> dict[str, str]:
    """Write the networks of the main analyses for CINeMA.

    Parameters
    ----------
    review : Review
        Overall judgements of bias enter where a reviewer made one that CINeMA knows; other cells stay empty.
    analyses : sequence of AnalysisResult
        Those without a network are left out.

    Returns
    -------
    dict of str to str
        Path within the report to CSV.

    References
    ----------
    Papakonstantinou T, Nikolakopoulou A, Higgins JPT, Egger M, Salanti G. CINeMA: software for semiautomated
    assessment of the confidence in the results of network meta-analysis. Campbell Systematic Reviews 2020;
    16: e1080.
    """
    files = {}
    for each in analyses:
        network, found = each.main.network, each.findings
        if network is None or found is None:
            continue
        judged = overall_judgements(review, each.outcomes)
        rob = {study: word for study, word in judged.items() if word in LEVELS}
        files[f"cinema/{each.id}.csv"] = to_csv(cinema_contrasts(network.contrasts, rob=rob))
        files[f"cinema/{each.id}-contributions.csv"] = to_csv(cinema_contributions(found.studies))
    return files
