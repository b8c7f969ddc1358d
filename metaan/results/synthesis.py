"""Values of a whole review: what was used, what was set aside, what came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from metaan.results.asymmetry import Asymmetry
    from metaan.results.diagnostics import InfluenceDiagnostics
    from metaan.results.findings import NetworkFindings
    from metaan.results.network import ArmNote, Contrasts, Network
    from metaan.results.pairwise import HeterogeneityInterval, Pooled
    from metaan.results.rare_network import RareRow
    from metaan.results.refits import Cumulative, LeaveOneOut
    from metaan.results.regression import Subgroups
    from metaan.results.trimfill import TrimFill
    from metaan.types import Direction, Kind, Status, TestRule


UNCHANGED = "every estimate and interval is that of the main analysis"
"""Note of a scenario that moved no number."""


StepKind: TypeAlias = Literal["conversion", "bound", "merge", "turn"]
"""A number computed from a printed one; a bound read as a value; arms put together; a sign turned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that metaan did to the numbers of a row: its kind and its words, a clause."""

    kind: StepKind
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a number was read, and what was done to it.

    Attributes
    ----------
    table, row : str, int
        File of the review and its row as a spreadsheet shows it (header is row 1).
    status : str
        extracted, derived or imputed.
    source, source_url, locator, quote : str
        As the reviewer recorded them; empty where not recorded.
    derivation : str
        How a derived or imputed figure came about; the reviewer's words, then metaan's own step.
    steps : tuple of Step
        What metaan did, one by one; `derivation` holds it as words.
    """

    table: str
    row: int
    status: Status
    source: str = ""
    source_url: str = ""
    locator: str = ""
    quote: str = ""
    derivation: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def anchor(self) -> str:
        """Identifier of the row in the report, such as `results-14`."""
        return f"{self.table.removesuffix('.csv')}-{self.row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmData:
    """One node's cells in one study, merged from one arm or several.

    Attributes
    ----------
    study, treatment : str
        Study id and node.
    arms : tuple of str
        Ids of the arms merged into it.
    n : int
        Number analysed.
    events : int or None
        Binary outcomes.
    mean, sd : float or None
        Continuous outcomes, in units of the scale, aligned so that the stated direction holds.
    status : str
        The least certain of its rows.
    provenance : tuple of Provenance
        The rows it came from.
    """

    study: str
    treatment: str
    arms: tuple[str, ...]
    n: int
    events: int | None = None
    mean: float | None = None
    sd: float | None = None
    status: Status = "extracted"
    provenance: tuple[Provenance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEffect:
    """One study in one comparison; yi is treat1 minus treat2, ratios on the log scale.

    Attributes
    ----------
    study, label : str
        Id and the name to print.
    arm1, arm2 : ArmData or None
        The cells; None where the study reported only a contrast.
    yi, sei, ci_low, ci_high : float
        Effect, standard error and normal interval at the analysis level; `nan` where not estimable.
    status : str
        extracted, derived or imputed.
    estimable : bool
        False where the study carries nothing for this measure; then `note` says why.
    note : str
        Correction or reason; empty where there is nothing to say.
    multiarm, pooled_report : bool
        The study enters other comparisons too; the study is a report that sums several trials.
    provenance : tuple of Provenance
        Every row behind the numbers.
    ledger : tuple of ArmNote
        What was done to the cells of the study's arms, and why it carries nothing where it does not.
    n1, n2 : int or None
        Numbers analysed beside a contrast that was reported without cells; None where not stated, and
        where `arm1` and `arm2` hold them.
    """

    study: str
    label: str
    treat1: str
    treat2: str
    arm1: ArmData | None
    arm2: ArmData | None
    yi: float
    sei: float
    ci_low: float
    ci_high: float
    status: Status
    estimable: bool
    note: str = ""
    multiarm: bool = False
    pooled_report: bool = False
    provenance: tuple[Provenance, ...] = ()
    ledger: tuple[ArmNote, ...] = ()
    n1: int | None = None
    n2: int | None = None

    @property
    def sizes(self) -> tuple[int | None, int | None]:
        """Numbers analysed in both arms, from the cells or beside the contrast; None where not stated."""
        first = self.n1 if self.arm1 is None else self.arm1.n
        second = self.n2 if self.arm2 is None else self.arm2.n
        return first, second


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A row that an analysis does not use, and why."""

    study: str
    label: str
    outcome: str
    arm: str
    reason: str
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panels:
    """The studies of a comparison in groups.

    Attributes
    ----------
    column : str
        What groups them: a column of studies.csv.
    members : tuple of str
        The group of each study of the comparison, estimable or not.
    found : Subgroups or None
        Fits of the groups and the test between them; None where no study is estimable.
    """

    column: str
    members: tuple[str, ...]
    found: Subgroups | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """One pair of treatments compared directly.

    `panels` groups the studies where the plan asks for that; `leave_one_out` and `cumulative` repeat the main
    fit where there are studies, and years, enough.

    `common`, `wald`, `hksj` and `adhoc` are None where no study is estimable; at k = 1 all four are the
    study alone. `headline` names the one that the plan's rule chose ("wald", "hksj", "adhoc"). `asymmetry`
    and `trim_fill` (from ten studies) and `influence` (from three), the latter two by the headline's
    estimator, are of main analyses only.
    """

    treat1: str
    treat2: str
    studies: tuple[StudyEffect, ...]
    k: int
    n: int
    common: Pooled | None
    wald: Pooled | None
    hksj: Pooled | None
    adhoc: Pooled | None
    headline: str
    heterogeneity: HeterogeneityInterval | None
    notes: tuple[str, ...] = ()
    panels: Panels | None = None
    leave_one_out: LeaveOneOut | None = None
    cumulative: Cumulative | None = None
    asymmetry: Asymmetry | None = None
    influence: InfluenceDiagnostics | None = None
    trim_fill: TrimFill | None = None

    @property
    def main(self) -> Pooled | None:
        """The fit that the plan's rule chose."""
        return {"wald": self.wald, "hksj": self.hksj, "adhoc": self.adhoc}[self.headline]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the evidence says of one question of the review.

    Attributes
    ----------
    evidence : str
        "direct", "indirect", "mixed", "not estimable" (compared, but no study carries anything) or
        "none".
    basis : str
        "pairwise" or "network" (which model the numbers are from), empty where there are none.
    estimate, se, ci_low, ci_high : float
        Analysis scale, treat1 minus treat2; `nan` where there is no connected evidence.
    k, n : int
        Studies and participants in direct comparison.
    reason : str
        Why there is no answer, or what limits it.
    """

    treat1: str
    treat2: str
    evidence: str
    basis: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    k: int
    n: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """An analysis under one set of choices: the main one, or a sensitivity.

    Attributes
    ----------
    id, label, changed : str
        "main" or the sensitivity's id; its name; what differs from the main analysis, in words.
    network : Network or None
        None where there are fewer than three treatments, with the reason in `notes`.
    set_aside : tuple of SetAside
        Rows of its outcomes that it does not use.
    """

    id: str
    label: str
    changed: str
    measure: str
    method: str
    test: TestRule
    contrasts: Contrasts | None
    comparisons: tuple[Comparison, ...]
    network: Network | None
    answers: tuple[Answer, ...]
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnalysisResult:
    """One outcome's analysis: the main scenario and its sensitivities.

    `findings` looks into the main scenario's network; None where it has none. `funnel_order` are the plan's
    treatments from what small studies might favour least to most, empty where it names none, and
    `funnel_order_is` says what that order is. `rare` sets the methods for rare events side by side, as log
    odds ratios; empty where no arm of a ratio measure is without an event.
    """

    id: str
    title: str
    question: str
    kind: Kind
    outcomes: tuple[str, ...]
    direction: Direction
    level: float
    prespecified: bool
    main: Scenario
    sensitivity: tuple[Scenario, ...]
    notes: tuple[str, ...] = ()
    findings: NetworkFindings | None = None
    funnel_order: tuple[str, ...] = ()
    funnel_order_is: str = ""
    rare: tuple[RareRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """One number computed twice, by metaan and by statsmodels.

    Attributes
    ----------
    analysis, treat1, treat2 : str
        The analysis' id and the comparison.
    quantity : str
        What was computed, in words.
    metaan, statsmodels : float
        Analysis scale.
    agrees : bool
        To nine significant digits.
    """

    analysis: str
    treat1: str
    treat2: str
    quantity: str
    metaan: float
    statsmodels: float
    agrees: bool
