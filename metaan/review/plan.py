"""The plan of a review: `review.toml` as validated values."""

from __future__ import annotations

from datetime import date
from math import nan
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

if TYPE_CHECKING:
    from metaan.results.margin import Margin

__all__ = [
    "AnalysisPlan",
    "Choices",
    "Defaults",
    "FigureCautions",
    "Plan",
    "Question",
    "ReviewInfo",
    "RobDomain",
    "RobToolPlan",
    "RobWord",
    "SensitivityPlan",
]

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]
Measure = Literal["OR", "RR", "RD", "MD", "SMD"]
Method = Literal["EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "DLIT"]
TestRule = Literal["z", "t", "hksj", "adhoc", "cochrane"]
Journal = Literal["metaan", "bmj", "jama", "revman", "lancet", "nature", "plos", "bmc"]
Format = Literal["svg", "pdf", "png", "tiff", "eps"]
Sort = Literal["plan", "year", "effect", "weight", "label"]
Axis = Literal["fitted", "symmetric"]

_Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Choices(_Strict):
    """What an analysis uses and how; every field left out is inherited.

    Attributes
    ----------
    measure : str
        OR, RR, RD for binary outcomes; MD, SMD for continuous ones.
    method, test : str
        tau2 estimator and interval rule; "cochrane" is Hartung-Knapp where k > 2 and tau2 > 0, else Wald.
    outcomes : list of str
        Ids of the outcomes pooled together.
    arms : str
        "every_trial" leaves out arms that only some trials of a pooled report had; "all" keeps them.
    nodes : str
        "drug" (treatments.csv) or "dose" (split_node of arms.csv).
    status : list of str
        Row states that may enter: extracted, derived, imputed.
    use : list of str
        Uses that may enter: pool, sensitivity.
    background : str
        "any", or "none" for monotherapy arms only.
    routes : list of str
        Routes that may enter; empty for all.
    exclude_rob : list of str
        Overall judgements that keep a study out.
    exclude_studies : list of str
        Units that stay out.
    read_bounds : bool
        Read p-values printed as "p < x" at their bound; such rows become imputed.
    """

    measure: Measure | None = None
    method: Method | None = None
    test: TestRule | None = None
    outcomes: list[str] | None = None
    arms: Literal["every_trial", "all"] | None = None
    nodes: Literal["drug", "dose"] | None = None
    status: list[Literal["extracted", "derived", "imputed"]] | None = None
    use: list[Literal["pool", "sensitivity"]] | None = None
    background: Literal["any", "none"] | None = None
    routes: list[str] | None = None
    exclude_rob: list[str] | None = None
    exclude_studies: list[str] | None = None
    read_bounds: bool | None = None


class Question(_Strict):
    """A pair of treatments that the review asks about."""

    treat1: str
    treat2: str


class FigureCautions(_Strict):
    """A line inside the figures that show judgements of bias (rob.csv) or the flow of studies (flow.csv)."""

    rob: str = ""
    flow: str = ""


class ReviewInfo(_Strict):
    """What the review is.

    Attributes
    ----------
    registration, protocol : str
        Where it is registered, and where its protocol can be read.
    published : date or None
        Day on which the report is published, for its description as data; None where it is not.
    search, eligibility, selection, collection : str
        How reports were found, which could enter, who chose among them, and who took the numbers, and how.
    funding, interests : str
        Who supported the review, and the competing interests of its authors.
    findings : list of str
        Ids of the analyses that the summary of findings shows, good and bad outcomes, seven at most; empty
        for the first seven that answer something.
    """

    title: str
    question: str
    authors: list[str] = []
    registration: str = ""
    protocol: str = ""
    published: date | None = None
    reference: str
    treatments: list[str]
    questions: list[Question]
    seed: int = 20261123
    search: str = "not recorded"
    eligibility: str = "not recorded"
    selection: str = "not recorded"
    collection: str = "not recorded"
    funding: str = "not recorded"
    interests: str = "not recorded"
    cautions: list[str] = []
    figure_cautions: FigureCautions = FigureCautions()
    rob_palette: Literal["metaan", "cochrane"] = "metaan"
    findings: Annotated[list[str], Field(max_length=7)] = []


class RobDomain(_Strict):
    """A domain of a tool of the reviewer's own."""

    id: Annotated[str, Field(min_length=1, max_length=40)]
    title: Annotated[str, Field(min_length=1)]


class RobWord(_Strict):
    """A level of a tool of the reviewer's own: its word, what it amounts to, the sign in its mark."""

    word: Annotated[str, Field(min_length=1)]
    severity: Literal["low", "some", "high", "critical", "unclear"]
    glyph: Annotated[str, Field(max_length=2)] = ""


class RobToolPlan(_Strict):
    """A tool for risk of bias of the reviewer's own; without domains it takes those that rob.csv names."""

    id: Identifier
    name: str
    domains: list[RobDomain] = []
    levels: Annotated[list[RobWord], Field(min_length=1)]


class Defaults(Choices):
    """Choices of every analysis unless it says otherwise.

    Attributes
    ----------
    journal, formats : str, list of str
        Whose forest plots they are to look like; the files of each figure.
    sort : str
        Order of the studies in a forest plot: plan, year, effect, weight or label.
    axis : str
        How far forest plots reach: "fitted" as the data need, "symmetric" equally far on both sides of no
        effect.
    """

    measure_binary: Literal["OR", "RR", "RD"] = "RR"
    measure_continuous: Literal["MD", "SMD"] = "MD"
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    journal: Journal = "metaan"
    formats: Annotated[list[Format], Field(min_length=1)] = ["svg", "pdf", "png"]
    sort: Sort = "plan"
    axis: Axis = "fitted"


def _listed(found: object) -> object:
    """Take one number as a list of it."""
    return found if isinstance(found, list | tuple) else (found,)


class AnalysisPlan(Choices):
    """One outcome to synthesise.

    Attributes
    ----------
    timepoint_rule, scale_rule : str
        The declared rule where different time points or scales are pooled; empty where they are not.
    direction : str
        Needed only where the outcomes' own directions differ; SMDs are turned to it.
    sensitivity : list of str or None
        Ids of sensitivity plans; None for all that fit.
    margin : tuple of float
        Smallest difference that matters, as a person reads it (1.25 or 0.8 for a ratio, points of the scale
        for a mean difference); or the lower and the upper threshold where the sides differ (0.8 and 1.5, -5
        and 10); empty for those of the outcome, where it has some.
    funnel_order : list of str
        Treatments from what small studies might favour least to most, such as old to new, for the
        comparison-adjusted funnel plot; empty for none, because no order can be guessed.
    funnel_order_is : str
        What that order is, such as "from older to newer".
    baseline_risk : float or None
        Risk with the reference, in (0, 1), that the summary of findings assumes; None for the median of the
        reference's groups in the studies used.
    baseline_source : str
        Where that risk comes from.
    subgroup : str
        Column of studies.csv whose groups a forest plot shows apart; empty for none.
    sort, axis : str or None
        As in the defaults, for this analysis.
    """

    id: Identifier
    title: str
    question: str = ""
    outcomes: list[str]
    direction: Literal["higher_better", "lower_better"] | None = None
    timepoints: list[str] = []
    timepoint_rule: str = ""
    scale_rule: str = ""
    network: bool = True
    prespecified: bool = True
    sensitivity: list[str] | None = None
    margin: Annotated[tuple[_Finite, ...], BeforeValidator(_listed), Field(max_length=2)] = ()
    funnel_order: list[str] = []
    funnel_order_is: str = "the one of the plan"
    baseline_risk: Annotated[float, Field(gt=0, lt=1)] | None = None
    baseline_source: str = ""
    subgroup: str = ""
    sort: Sort | None = None
    axis: Axis | None = None
    notes: list[str] = []

    @property
    def smallest(self) -> Margin:
        """The smallest difference that matters, or both thresholds; `nan` where the plan names none."""
        low, high = (*self.margin, nan, nan)[:2]
        return (low, high) if len(self.margin) == 2 else low


class SensitivityPlan(Choices):
    """A change of choices, applied to the analyses it fits."""

    id: Identifier
    label: str
    kind: Literal["binary", "continuous"] | None = None
    analyses: list[str] | None = None
    notes: list[str] = []


def _whole(found: object) -> object:
    """Keep true and 1.0, which are equal to 1, from standing for it."""
    return found if type(found) is int else str(found).lower()


class Plan(_Strict):
    """The whole of review.toml."""

    schema_version: Annotated[Literal[1], BeforeValidator(_whole)] = Field(alias="schema")
    review: ReviewInfo
    defaults: Defaults = Defaults()
    analysis: list[AnalysisPlan]
    sensitivity: list[SensitivityPlan] = []
    rob_tool: list[RobToolPlan] = []
