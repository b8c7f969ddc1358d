"""One network meta-analysis of one plain CSV file, from its rows to its fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.errors import InputError, RequestError
from metaan.models.network.fit import network
from metaan.review.cells import near
from metaan.single_network.intake import take_in
from metaan.single_network.request import INVERSE, settle

if TYPE_CHECKING:
    from pathlib import Path

    from metaan.results.network import Network
    from metaan.single_network.intake import Intake
    from metaan.single_network.request import NetworkRequest

__all__ = ["NetworkAnalysis", "analyse_network"]

NOTHING = "no study can be used, so there is no network"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkAnalysis:
    """One network meta-analysis of one file.

    Attributes
    ----------
    request : NetworkRequest
        What was asked for, settled.
    intake : Intake
        What the file brought.
    fit : Network or None
        None where no study can be used.
    reference : str
        Treatment that the others are shown against; empty without a fit.
    chosen : str
        How the reference was chosen, as a sentence; empty where it was given.
    """

    request: NetworkRequest
    intake: Intake
    fit: Network | None
    reference: str
    chosen: str

    @property
    def measure(self) -> str:
        """The measure's letters; empty for effects of an unnamed measure."""
        return self.request.measure or ""

    @property
    def network(self) -> Network:
        """The fit, for what takes one.

        Raises
        ------
        InputError
            Where there is none.
        """
        if self.fit is None:
            raise InputError(f"{self.intake.file}: {NOTHING}.")
        return self.fit


def analyse_network(path: Path, request: NetworkRequest) -> NetworkAnalysis:
    """Analyse a CSV file of arms or contrasts as a network.

    Parameters
    ----------
    path : Path
        The file.
    request : NetworkRequest
        What is asked for.

    Returns
    -------
    NetworkAnalysis
        `fit` is None where no study can be used; the intake says why, row by row.

    Raises
    ------
    RequestError
        For a request that cannot be met, such as an unknown measure, a column that the file lacks or a
        reference that is no treatment of the network.
    FaultyReviewError
        For a file that cannot be read as a table.
    InputError
        For repeated treatments that may not be merged, a contrast given twice, a study that comes as arms
        and as effects, and effects that are too far apart to compute with.
    """
    request = settle(request)
    intake = take_in(path, request)
    if request.model != INVERSE and len(intake.from_arms) < len(set(intake.contrasts.study)):
        raise RequestError(
            f"--model {request.model} needs the arms of every study; leave effects out with --input arms."
        )
    used = intake.contrasts
    if not used.study:
        return NetworkAnalysis(request=request, intake=intake, fit=None, reference="", chosen="")
    treatments = sorted({*used.treat1, *used.treat2})
    if request.reference is not None and request.reference not in treatments:
        raise RequestError(_no_reference(request.reference, intake, treatments))
    fit = network(
        used.study,
        used.treat1,
        used.treat2,
        used.yi,
        used.sei,
        reference=request.reference,
        method=request.method,
        level=request.level,
    )
    if request.reference is not None:
        return NetworkAnalysis(
            request=request, intake=intake, fit=fit, reference=request.reference, chosen=""
        )
    reference, chosen = _most_studied(fit)
    return NetworkAnalysis(request=request, intake=intake, fit=fit, reference=reference, chosen=chosen)


def _no_reference(reference: str, intake: Intake, treatments: list[str]) -> str:
    hint = near(reference, treatments) or f"the treatments are {', '.join(treatments)}."
    return f"--reference “{reference}” is no treatment of the network of {intake.file}; {hint}"


def _most_studied(fit: Network) -> tuple[str, str]:
    """Choose the treatment of the largest component that most studies hold; the first of equals."""
    arms = {
        (study, treatment)
        for study, *pair in zip(fit.contrasts.study, fit.contrasts.treat1, fit.contrasts.treat2, strict=True)
        for treatment in pair
    }
    count = Counter(treatment for _, treatment in arms)
    reference = max(fit.components[0].treatments, key=lambda treatment: count[treatment])
    many = f"{count[reference]} stud{'y has' if count[reference] == 1 else 'ies have'} it"
    return reference, (
        f"the reference is {reference}, because no other treatment is in more studies ({many}); choose"
        " another with --reference"
    )
