"""Additive component network meta-analysis: treatments as sums of their components."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import is_one_of
from metaan.effects.labels import label_column, merged_labels
from metaan.errors import InputError
from metaan.models.intake import read_level
from metaan.models.network.design import connected_parts, read_contrasts, stack
from metaan.models.network.estimable import combine, fit_estimable, normal_tests, simple_rows
from metaan.models.network.fit import NO_TAU2
from metaan.models.network.inconsistency import q_pvalue
from metaan.models.network.tau2 import ESTIMATORS
from metaan.results.components import ComponentNetwork
from metaan.results.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from metaan.models.network.design import Evidence
    from metaan.models.network.estimable import Estimable
    from metaan.types import FloatArray

__all__ = ["component_network"]

NAMED = 6
"""Pairs that a note names; the value holds them all."""

ADDITIVITY_UNTESTED = (
    "additivity cannot be tested: the additive model fits these studies exactly as well as the one with an "
    "effect for each treatment"
)


def component_network(
    study: ArrayLike,
    treat1: ArrayLike,
    treat2: ArrayLike,
    yi: ArrayLike,
    sei: ArrayLike,
    *,
    sep: str = "+",
    inactive: str | None = None,
    reference: str | None = None,
    method: str = "REML",
    level: float = 0.95,
) -> ComponentNetwork:
    """Combine contrasts of treatments whose effect is the sum of the effects of their components.

    Generalised least squares as in `network`, with fewer coefficients: one for each component instead of one
    for each treatment. Parts that no study connects are joined where they share components. What the studies
    do not determine is `nan` and is named; what they do is told, also where the design is deficient.

    Parameters
    ----------
    study, treat1, treat2 : array_like of labels, shape (m,)
        As for `network`; the label of a combination holds its components, as in "CBT + SSRI". The order of
        the components does not matter.
    yi, sei : array_like, shape (m,)
        Effect of treat1 minus treat2 (ratio measures on the log scale) and its standard error.
    sep : str, default "+"
        What stands between components; blanks around it do not count.
    inactive : str, optional
        A component without effect by assumption, such as placebo.
    reference : str, optional
        Treatment that `combination_estimate` is set against; without it, nothing at all.
    method : {"REML", "ML", "DL", "EE"}, default "REML"
        Estimator of tau2; "EE" holds it at 0.
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    ComponentNetwork

    Raises
    ------
    InputError
        Contrasts that `network` refuses, a label with an empty or a repeated component, an unknown inactive
        component, reference or method, a level outside (0, 1), no separator.

    References
    ----------
    Welton NJ, Caldwell DM, Adamopoulos E, Vedhara K. Mixed treatment comparison meta-analysis of complex
    interventions: psychological interventions in coronary heart disease. American Journal of Epidemiology
    2009; 169: 1158-1165.
    Rücker G, Petropoulou M, Schwarzer G. Network meta-analysis of multicomponent interventions. Biometrical
    Journal 2020; 62: 808-821.

    Examples
    --------
    >>> fit = component_network(
    ...     list("abc"), ["A", "B", "A + B"], ["P", "P", "P"], [1.0, 0.5, 1.8], [0.2, 0.2, 0.2], inactive="P"
    ... )
    >>> fit.components, fit.component_estimate.round(4).tolist(), fit.Q_difference_dof
    (('A', 'B'), [1.1, 0.6], 1.0)
    >>> round(float(fit.estimate[fit.treatments.index("A + B"), fit.treatments.index("P")]), 4)
    1.7
    """
    level = read_level(level)
    if not is_one_of(method, ESTIMATORS):
        raise InputError(
            f"method = {method!r} is not known for networks; give one of {', '.join(ESTIMATORS)}."
        )
    pieces = _read_pieces(treat1, treat2, sep)
    names, told = _one_label_each(pieces)
    one = [names[label] for label in label_column("treat1", treat1)]
    two = [names[label] for label in label_column("treat2", treat2)]
    evidence = read_contrasts(study, one, two, yi, sei)
    held = [pieces[treatment] for treatment in evidence.treatments]
    components = _active(held, inactive)
    against = None if reference is None else _find(reference, held, evidence.treatments, sep)
    C = np.array([[float(name in holds) for name in components] for holds in held])
    notes = (*merged_labels("treatment", [treat1, treat2]), *told, *evidence.notes)
    return _describe(evidence, C, components, inactive, against, method, level, notes)


def _fit(evidence: Evidence, C: FloatArray, method: str) -> Estimable:
    """Fit the model in which treatments have the effects C @ coefficients."""
    X, yi, vi = stack(evidence.studies, len(C))
    return fit_estimable(X @ C, simple_rows(evidence.studies, len(C)) @ C, yi, vi, method)


def _describe(
    evidence: Evidence,
    C: FloatArray,
    components: tuple[str, ...],
    inactive: str | None,
    against: str | None,
    method: str,
    level: float,
    notes: tuple[str, ...],
) -> ComponentNetwork:
    treatments = evidence.treatments
    additive, standard = _fit(evidence, C, method), _fit(evidence, np.eye(len(C)), method)
    estimate, se = _in_units(evidence, C[:, None, :] - C[None, :, :], additive)
    single, single_se = _in_units(evidence, np.eye(len(components)), additive)
    base = 0.0 if against is None else C[treatments.index(against)]
    combined, combined_se = _in_units(evidence, C - base, additive)
    parts = _parts(evidence)
    across = _across(treatments, parts)
    places = {treatment: place for place, treatment in enumerate(treatments)}
    bridged = tuple(pair for pair in across if np.isfinite(estimate[places[pair[0]], places[pair[1]]]))
    unreachable = tuple(pair for pair in across if pair not in set(bridged))
    unidentified = tuple(name for name, value in zip(components, single, strict=True) if np.isnan(value))
    gained = additive.dof - standard.dof
    Q_difference = max(0.0, additive.Q - standard.Q) if gained else 0.0
    return ComponentNetwork(
        components=components,
        inactive=inactive,
        **normal_tests("component", single, single_se, level),
        unidentified=unidentified,
        treatments=treatments,
        composition=frozen(C),
        reference=against,
        **normal_tests("combination", combined, combined_se, level),
        estimate=frozen(estimate),
        se=frozen(se),
        tau2=additive.tau2 * evidence.scale**2,
        I2=_beyond_chance(additive),
        Q=additive.Q,
        Q_dof=float(additive.dof),
        Q_pvalue=q_pvalue(additive.Q, additive.dof),
        tau2_standard=standard.tau2 * evidence.scale**2,
        Q_standard=standard.Q,
        Q_standard_dof=float(standard.dof),
        Q_standard_pvalue=q_pvalue(standard.Q, standard.dof),
        Q_difference=Q_difference,
        Q_difference_dof=float(gained),
        Q_difference_pvalue=q_pvalue(Q_difference, gained),
        parts=parts,
        bridged=bridged,
        unreachable=unreachable,
        studies=tuple(study.name for study in evidence.studies),
        method=method,
        level=level,
        notes=(
            *notes,
            *_undetermined(unidentified, inactive),
            *_joined(parts, bridged, unreachable),
            *((ADDITIVITY_UNTESTED,) if not gained else ()),
            *((NO_TAU2,) if additive.dof == 0 else ()),
        ),
    )


def _in_units(
    evidence: Evidence, combinations: FloatArray, model: Estimable
) -> tuple[FloatArray, FloatArray]:
    estimate, se = combine(combinations, model)
    return estimate * evidence.scale, se * evidence.scale


def _beyond_chance(model: Estimable) -> float:
    if model.dof == 0:
        return float("nan")
    return max(0.0, (model.Q - model.dof) / model.Q) if model.Q > 0 else 0.0


def _read_pieces(treat1: ArrayLike, treat2: ArrayLike, sep: str) -> dict[str, tuple[str, ...]]:
    """Take the labels of treatments apart; all faulty ones are refused together."""
    if not (isinstance(sep, str) and sep):  # type: ignore[redundant-expr]
        raise InputError(f"sep = {sep!r} separates nothing; give the text between components, such as '+'.")
    labels = dict.fromkeys((*label_column("treat1", treat1), *label_column("treat2", treat2)))
    pieces = {label: _split(label, sep) for label in labels}
    faults = [
        f"treatment {label!r} has an empty component beside {sep!r}; name it, or take the {sep!r} away"
        for label, found in pieces.items()
        if "" in found
    ]
    faults += [
        f"treatment {label!r} names {name!r} more than once; name each component once, or give doses names "
        "of their own"
        for label, found in pieces.items()
        for name in dict.fromkeys(found)
        if name and found.count(name) > 1
    ]
    if faults:
        raise InputError(f"{'; '.join(faults)}.")
    return pieces


def _split(label: str, sep: str) -> tuple[str, ...]:
    return tuple(sorted(piece.strip() for piece in label.split(sep)))


def _one_label_each(pieces: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give all spellings of a combination the first of them in the alphabet."""
    spellings: dict[tuple[str, ...], list[str]] = {}
    for label in sorted(pieces):
        spellings.setdefault(pieces[label], []).append(label)
    notes = tuple(
        f"treatment: {' and '.join(map(repr, labels))} hold the same components and are taken as one"
        for labels in spellings.values()
        if len(labels) > 1
    )
    return {label: spellings[found][0] for label, found in pieces.items()}, notes


def _active(held: Sequence[tuple[str, ...]], inactive: str | None) -> tuple[str, ...]:
    names = sorted({name for holds in held for name in holds})
    if inactive is not None and inactive not in names:
        raise InputError(
            f"inactive = {inactive!r} is not a component of this network; give one of "
            f"{', '.join(map(repr, names))}."
        )
    return tuple(name for name in names if name != inactive)


def _find(reference: str, held: Sequence[tuple[str, ...]], treatments: Sequence[str], sep: str) -> str:
    wanted = _split(str(reference), sep)
    for treatment, holds in zip(treatments, held, strict=True):
        if holds == wanted:
            return treatment
    raise InputError(
        f"reference = {reference!r} is not a treatment of this network; give one of "
        f"{', '.join(map(repr, treatments))}."
    )


def _parts(evidence: Evidence) -> tuple[tuple[str, ...], ...]:
    groups = connected_parts(evidence.studies, len(evidence.treatments))
    groups.sort(key=lambda group: (-len(group), group))
    return tuple(tuple(evidence.treatments[place] for place in group) for group in groups)


def _across(treatments: Sequence[str], parts: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    home = {treatment: index for index, part in enumerate(parts) for treatment in part}
    return [(one, two) for one, two in combinations(treatments, 2) if home[one] != home[two]]


def _undetermined(unidentified: Sequence[str], inactive: str | None) -> tuple[str, ...]:
    if not unidentified:
        return ()
    cure = "" if inactive else "; naming an inactive component may settle what they are measured against"
    return (
        "not identifiable from these studies: the effect of "
        f"{', '.join(unidentified)}; only some sums and differences of components can be told{cure}",
    )


def _joined(
    parts: Sequence[Sequence[str]], bridged: Sequence[tuple[str, str]], unreachable: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    if len(parts) == 1:
        return ()
    told = "; ".join(", ".join(part) for part in parts)
    notes = [f"no study connects the {len(parts)} parts of the network ({told})"]
    if bridged:
        notes.append(f"these comparisons across parts rest on additivity alone: {_listed(bridged)}")
    if unreachable:
        notes.append(f"these cannot be compared even under additivity: {_listed(unreachable)}")
    return tuple(notes)


def _listed(pairs: Sequence[tuple[str, str]]) -> str:
    named = ", ".join(f"{one} – {two}" for one, two in pairs[:NAMED])
    return named if len(pairs) <= NAMED else f"{named} and {len(pairs) - NAMED} more"
