"""The bibliography of methods: every work that a clause of the methods text may cite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["REFERENCES", "Reference", "cite", "numbered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A published work.

    Attributes
    ----------
    key : str
        First author and year, the handle that clauses use.
    authors, year, title : str, int, str
        As printed.
    journal : str
        Journal in full, or publisher of a book.
    volume, pages : str
        Empty where there are none.
    kind : str
        "article", "book", "chapter" (its book stands behind "In: " in the title) or "proceedings".
    """

    key: str
    authors: str
    year: int
    title: str
    journal: str
    volume: str = ""
    pages: str = ""
    kind: Literal["article", "book", "chapter", "proceedings"] = "article"


def cite(reference: Reference) -> str:
    """Write a reference in the Vancouver manner.

    Examples
    --------
    >>> cite(REFERENCES["viechtbauer2007"])
    'Viechtbauer W. Confidence intervals for the amount of heterogeneity in meta-analysis. Statistics in
    Medicine 2007;26:37–52.'
    """
    issue = f";{reference.volume}" if reference.volume else ""
    pages = f":{reference.pages}" if reference.pages else ""
    stop = "" if reference.title.endswith("?") else "."
    return f"{reference.authors}. {reference.title}{stop} {reference.journal} {reference.year}{issue}{pages}."


def numbered(keys: Iterable[str]) -> dict[str, int]:
    """Give references numbers in the order in which they are first cited.

    Examples
    --------
    >>> numbered(["hedges1981", "cochran1954", "hedges1981"])
    {'hedges1981': 1, 'cochran1954': 2}
    """
    return {key: number for number, key in enumerate(dict.fromkeys(keys), start=1)}


_WORKS = (
    Reference(
        key="page2021",
        authors="Page MJ, McKenzie JE, Bossuyt PM, et al",
        year=2021,
        title="The PRISMA 2020 statement: an updated guideline for reporting systematic reviews",
        journal="BMJ",
        volume="372",
        pages="n71",
    ),
    Reference(
        key="hutton2015",
        authors="Hutton B, Salanti G, Caldwell DM, et al",
        year=2015,
        title="The PRISMA extension statement for reporting of systematic reviews incorporating network"
        " meta-analyses of health care interventions",
        journal="Annals of Internal Medicine",
        volume="162",
        pages="777–784",
    ),
    Reference(
        key="higgins2024",
        authors="Higgins JPT, Thomas J, Chandler J, et al (editors)",
        year=2024,
        title="Cochrane Handbook for Systematic Reviews of Interventions, version 6.5",
        journal="Cochrane",
        kind="book",
    ),
    Reference(
        key="guyatt2008",
        authors="Guyatt GH, Oxman AD, Vist GE, et al",
        year=2008,
        title="GRADE: an emerging consensus on rating quality of evidence and strength of recommendations",
        journal="BMJ",
        volume="336",
        pages="924–926",
    ),
    Reference(
        key="santesso2020",
        authors="Santesso N, Glenton C, Dahm P, et al",
        year=2020,
        title="GRADE guidelines 26: informative statements to communicate the findings of systematic reviews"
        " of interventions",
        journal="Journal of Clinical Epidemiology",
        volume="119",
        pages="126–135",
    ),
    Reference(
        key="welch1951",
        authors="Welch BL",
        year=1951,
        title="On the comparison of several mean values: an alternative approach",
        journal="Biometrika",
        volume="38",
        pages="330–336",
    ),
    Reference(
        key="cochran1954",
        authors="Cochran WG",
        year=1954,
        title="The combination of estimates from different experiments",
        journal="Biometrics",
        volume="10",
        pages="101–129",
    ),
    Reference(
        key="gart1967",
        authors="Gart JJ, Zweifel JR",
        year=1967,
        title="On the bias of various estimators of the logit and its variance with application to quantal"
        " bioassay",
        journal="Biometrika",
        volume="54",
        pages="181–187",
    ),
    Reference(
        key="hedges1981",
        authors="Hedges LV",
        year=1981,
        title="Distribution theory for Glass's estimator of effect size and related estimators",
        journal="Journal of Educational Statistics",
        volume="6",
        pages="107–128",
    ),
    Reference(
        key="paule1982",
        authors="Paule RC, Mandel J",
        year=1982,
        title="Consensus values and weighting factors",
        journal="Journal of Research of the National Bureau of Standards",
        volume="87",
        pages="377–385",
    ),
    Reference(
        key="morris1983",
        authors="Morris CN",
        year=1983,
        title="Parametric empirical Bayes inference: theory and applications",
        journal="Journal of the American Statistical Association",
        volume="78",
        pages="47–55",
    ),
    Reference(
        key="hedges1985",
        authors="Hedges LV, Olkin I",
        year=1985,
        title="Statistical Methods for Meta-Analysis",
        journal="Academic Press",
        kind="book",
    ),
    Reference(
        key="dersimonian1986",
        authors="DerSimonian R, Laird N",
        year=1986,
        title="Meta-analysis in clinical trials",
        journal="Controlled Clinical Trials",
        volume="7",
        pages="177–188",
    ),
    Reference(
        key="lau1992",
        authors="Lau J, Antman EM, Jimenez-Silva J, et al",
        year=1992,
        title="Cumulative meta-analysis of therapeutic trials for myocardial infarction",
        journal="New England Journal of Medicine",
        volume="327",
        pages="248–254",
    ),
    Reference(
        key="hardy1996",
        authors="Hardy RJ, Thompson SG",
        year=1996,
        title="A likelihood approach to meta-analysis with random effects",
        journal="Statistics in Medicine",
        volume="15",
        pages="619–629",
    ),
    Reference(
        key="bucher1997",
        authors="Bucher HC, Guyatt GH, Griffith LE, Walter SD",
        year=1997,
        title="The results of direct and indirect treatment comparisons in meta-analysis of randomized"
        " controlled trials",
        journal="Journal of Clinical Epidemiology",
        volume="50",
        pages="683–691",
    ),
    Reference(
        key="hartung2001",
        authors="Hartung J, Knapp G",
        year=2001,
        title="On tests of the overall treatment effect in meta-analysis with normally distributed responses",
        journal="Statistics in Medicine",
        volume="20",
        pages="1771–1782",
    ),
    Reference(
        key="higgins2002",
        authors="Higgins JPT, Thompson SG",
        year=2002,
        title="Quantifying heterogeneity in a meta-analysis",
        journal="Statistics in Medicine",
        volume="21",
        pages="1539–1558",
    ),
    Reference(
        key="sidik2002",
        authors="Sidik K, Jonkman JN",
        year=2002,
        title="A simple confidence interval for meta-analysis",
        journal="Statistics in Medicine",
        volume="21",
        pages="3153–3159",
    ),
    Reference(
        key="hunter2004",
        authors="Hunter JE, Schmidt FL",
        year=2004,
        title="Methods of Meta-Analysis: Correcting Error and Bias in Research Findings, 2nd edition",
        journal="Sage",
        kind="book",
    ),
    Reference(
        key="sidik2005",
        authors="Sidik K, Jonkman JN",
        year=2005,
        title="Simple heterogeneity variance estimation for meta-analysis",
        journal="Journal of the Royal Statistical Society Series C",
        volume="54",
        pages="367–384",
    ),
    Reference(
        key="viechtbauer2005",
        authors="Viechtbauer W",
        year=2005,
        title="Bias and efficiency of meta-analytic variance estimators in the random-effects model",
        journal="Journal of Educational and Behavioral Statistics",
        volume="30",
        pages="261–293",
    ),
    Reference(
        key="viechtbauer2007",
        authors="Viechtbauer W",
        year=2007,
        title="Confidence intervals for the amount of heterogeneity in meta-analysis",
        journal="Statistics in Medicine",
        volume="26",
        pages="37–52",
    ),
    Reference(
        key="gleser2009",
        authors="Gleser LJ, Olkin I",
        year=2009,
        title="Stochastically dependent effect sizes. In: The Handbook of Research Synthesis and"
        " Meta-Analysis, 2nd edition",
        journal="Russell Sage Foundation",
        pages="357–376",
        kind="chapter",
    ),
    Reference(
        key="higgins2009",
        authors="Higgins JPT, Thompson SG, Spiegelhalter DJ",
        year=2009,
        title="A re-evaluation of random-effects meta-analysis",
        journal="Journal of the Royal Statistical Society Series A",
        volume="172",
        pages="137–159",
    ),
    Reference(
        key="higgins2012",
        authors="Higgins JPT, Jackson D, Barrett JK, Lu G, Ades AE, White IR",
        year=2012,
        title="Consistency and inconsistency in network meta-analysis: concepts and models for multi-arm"
        " studies",
        journal="Research Synthesis Methods",
        volume="3",
        pages="98–110",
    ),
    Reference(
        key="rucker2012",
        authors="Rücker G",
        year=2012,
        title="Network meta-analysis, electrical networks and graph theory",
        journal="Research Synthesis Methods",
        volume="3",
        pages="312–324",
    ),
    Reference(
        key="spiegelhalter2004",
        authors="Spiegelhalter DJ, Abrams KR, Myles JP",
        year=2004,
        title="Bayesian Approaches to Clinical Trials and Health-Care Evaluation",
        journal="Wiley",
        kind="book",
    ),
    Reference(
        key="dias2010",
        authors="Dias S, Welton NJ, Caldwell DM, Ades AE",
        year=2010,
        title="Checking consistency in mixed treatment comparison meta-analysis",
        journal="Statistics in Medicine",
        volume="29",
        pages="932–944",
    ),
    Reference(
        key="salanti2011",
        authors="Salanti G, Ades AE, Ioannidis JPA",
        year=2011,
        title="Graphical methods and numerical summaries for presenting results from multiple-treatment"
        " meta-analysis: an overview and tutorial",
        journal="Journal of Clinical Epidemiology",
        volume="64",
        pages="163–171",
    ),
    Reference(
        key="konig2013",
        authors="König J, Krahn U, Binder H",
        year=2013,
        title="Visualizing the flow of evidence in network meta-analysis and characterizing mixed treatment"
        " comparisons",
        journal="Statistics in Medicine",
        volume="32",
        pages="5414–5429",
    ),
    Reference(
        key="krahn2013",
        authors="Krahn U, Binder H, König J",
        year=2013,
        title="A graphical tool for locating inconsistency in network meta-analyses",
        journal="BMC Medical Research Methodology",
        volume="13",
        pages="35",
    ),
    Reference(
        key="jackson2014",
        authors="Jackson D, Barrett JK, Rice S, White IR, Higgins JPT",
        year=2014,
        title="A design-by-treatment interaction model for network meta-analysis with random inconsistency"
        " effects",
        journal="Statistics in Medicine",
        volume="33",
        pages="3639–3654",
    ),
    Reference(
        key="rucker2015",
        authors="Rücker G, Schwarzer G",
        year=2015,
        title="Ranking treatments in frequentist network meta-analysis works without resampling methods",
        journal="BMC Medical Research Methodology",
        volume="15",
        pages="58",
    ),
    Reference(
        key="papakonstantinou2018",
        authors="Papakonstantinou T, Nikolakopoulou A, Rücker G, et al",
        year=2018,
        title="Estimating the contribution of studies in network meta-analysis: paths, flows and streams",
        journal="F1000Research",
        volume="7",
        pages="610",
    ),
    Reference(
        key="rover2015",
        authors="Röver C, Knapp G, Friede T",
        year=2015,
        title="Hartung-Knapp-Sidik-Jonkman approach and its modification for random-effects meta-analysis"
        " with few studies",
        journal="BMC Medical Research Methodology",
        volume="15",
        pages="99",
    ),
    Reference(
        key="jackson2017",
        authors="Jackson D, Law M, Rücker G, Schwarzer G",
        year=2017,
        title="The Hartung-Knapp modification for random-effects meta-analysis: a useful refinement but are"
        " there any residual concerns?",
        journal="Statistics in Medicine",
        volume="36",
        pages="3923–3934",
    ),
    Reference(
        key="efthimiou2019",
        authors="Efthimiou O, Rücker G, Schwarzer G, et al",
        year=2019,
        title="Network meta-analysis of rare events using the Mantel-Haenszel method",
        journal="Statistics in Medicine",
        volume="38",
        pages="2992–3012",
    ),
    Reference(
        key="stijnen2010",
        authors="Stijnen T, Hamza TH, Özdemir P",
        year=2010,
        title="Random effects meta-analysis of event outcome in the framework of the generalized linear mixed"
        " model with applications in sparse data",
        journal="Statistics in Medicine",
        volume="29",
        pages="3046–3067",
    ),
    Reference(
        key="evrenoglou2022",
        authors="Evrenoglou T, White IR, Afach S, Mavridis D, Chaimani A",
        year=2022,
        title="Network meta-analysis of rare events using penalized likelihood regression",
        journal="Statistics in Medicine",
        volume="41",
        pages="5203–5219",
    ),
    Reference(
        key="labbe1987",
        authors="L'Abbé KA, Detsky AS, O'Rourke K",
        year=1987,
        title="Meta-analysis in clinical research",
        journal="Annals of Internal Medicine",
        volume="107",
        pages="224–233",
    ),
    Reference(
        key="galbraith1988",
        authors="Galbraith RF",
        year=1988,
        title="Graphical display of estimates having differing standard errors",
        journal="Technometrics",
        volume="30",
        pages="271–281",
    ),
    Reference(
        key="begg1994",
        authors="Begg CB, Mazumdar M",
        year=1994,
        title="Operating characteristics of a rank correlation test for publication bias",
        journal="Biometrics",
        volume="50",
        pages="1088–1101",
    ),
    Reference(
        key="egger1997",
        authors="Egger M, Davey Smith G, Schneider M, Minder C",
        year=1997,
        title="Bias in meta-analysis detected by a simple, graphical test",
        journal="BMJ",
        volume="315",
        pages="629–634",
    ),
    Reference(
        key="thompson1999",
        authors="Thompson SG, Sharp SJ",
        year=1999,
        title="Explaining heterogeneity in meta-analysis: a comparison of methods",
        journal="Statistics in Medicine",
        volume="18",
        pages="2693–2708",
    ),
    Reference(
        key="macaskill2001",
        authors="Macaskill P, Walter SD, Irwig L",
        year=2001,
        title="A comparison of methods to detect publication bias in meta-analysis",
        journal="Statistics in Medicine",
        volume="20",
        pages="641–654",
    ),
    Reference(
        key="baujat2002",
        authors="Baujat B, Mahé C, Pignon J-P, Hill C",
        year=2002,
        title="A graphical method for exploring heterogeneity in meta-analyses: application to a"
        " meta-analysis of 65 trials",
        journal="Statistics in Medicine",
        volume="21",
        pages="2641–2652",
    ),
    Reference(
        key="duval2000",
        authors="Duval S, Tweedie R",
        year=2000,
        title="Trim and fill: a simple funnel-plot-based method of testing and adjusting for publication"
        " bias in meta-analysis",
        journal="Biometrics",
        volume="56",
        pages="455–463",
    ),
    Reference(
        key="olkin2012",
        authors="Olkin I, Dahabreh IJ, Trikalinos TA",
        year=2012,
        title="GOSH – a graphical display of study heterogeneity",
        journal="Research Synthesis Methods",
        volume="3",
        pages="214–223",
    ),
    Reference(
        key="harbord2006",
        authors="Harbord RM, Egger M, Sterne JAC",
        year=2006,
        title="A modified test for small-study effects in meta-analyses of controlled trials with"
        " binary endpoints",
        journal="Statistics in Medicine",
        volume="25",
        pages="3443–3457",
    ),
    Reference(
        key="peters2006",
        authors="Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L",
        year=2006,
        title="Comparison of two methods to detect publication bias in meta-analysis",
        journal="JAMA",
        volume="295",
        pages="676–680",
    ),
    Reference(
        key="peters2008",
        authors="Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L",
        year=2008,
        title="Contour-enhanced meta-analysis funnel plots help distinguish publication bias from other"
        " causes of asymmetry",
        journal="Journal of Clinical Epidemiology",
        volume="61",
        pages="991–996",
    ),
    Reference(
        key="rucker2008",
        authors="Rücker G, Schwarzer G, Carpenter J",
        year=2008,
        title="Arcsine test for publication bias in meta-analyses with binary outcomes",
        journal="Statistics in Medicine",
        volume="27",
        pages="746–763",
    ),
    Reference(
        key="viechtbauer2010",
        authors="Viechtbauer W, Cheung MW-L",
        year=2010,
        title="Outlier and influence diagnostics for meta-analysis",
        journal="Research Synthesis Methods",
        volume="1",
        pages="112–125",
    ),
    Reference(
        key="sterne2011",
        authors="Sterne JAC, Sutton AJ, Ioannidis JPA, et al",
        year=2011,
        title="Recommendations for examining and interpreting funnel plot asymmetry in meta-analyses of"
        " randomised controlled trials",
        journal="BMJ",
        volume="343",
        pages="d4002",
    ),
    Reference(
        key="pustejovsky2019",
        authors="Pustejovsky JE, Rodgers MA",
        year=2019,
        title="Testing for funnel plot asymmetry of standardized mean differences",
        journal="Research Synthesis Methods",
        volume="10",
        pages="57–71",
    ),
    Reference(
        key="rucker2021",
        authors="Rücker G, Schwarzer G",
        year=2021,
        title="Beyond the forest plot: the drapery plot",
        journal="Research Synthesis Methods",
        volume="12",
        pages="13–19",
    ),
    Reference(
        key="hunter2007",
        authors="Hunter JD",
        year=2007,
        title="Matplotlib: a 2D graphics environment",
        journal="Computing in Science & Engineering",
        volume="9",
        pages="90–95",
    ),
    Reference(
        key="sterne2019",
        authors="Sterne JAC, Savović J, Page MJ, et al",
        year=2019,
        title="RoB 2: a revised tool for assessing risk of bias in randomised trials",
        journal="BMJ",
        volume="366",
        pages="l4898",
    ),
    Reference(
        key="higgins2011",
        authors="Higgins JPT, Altman DG, Gøtzsche PC, et al",
        year=2011,
        title="The Cochrane Collaboration’s tool for assessing risk of bias in randomised trials",
        journal="BMJ",
        volume="343",
        pages="d5928",
    ),
    Reference(
        key="sterne2016",
        authors="Sterne JAC, Hernán MA, Reeves BC, et al",
        year=2016,
        title="ROBINS-I: a tool for assessing risk of bias in non-randomised studies of interventions",
        journal="BMJ",
        volume="355",
        pages="i4919",
    ),
    Reference(
        key="higgins2024robins",
        authors="Higgins JPT, Morgan RL, Rooney AA, et al",
        year=2024,
        title="A tool to assess risk of bias in non-randomized follow-up studies of exposure effects"
        " (ROBINS-E)",
        journal="Environment International",
        volume="186",
        pages="108602",
    ),
    Reference(
        key="whiting2011",
        authors="Whiting PF, Rutjes AWS, Westwood ME, et al",
        year=2011,
        title="QUADAS-2: a revised tool for the quality assessment of diagnostic accuracy studies",
        journal="Annals of Internal Medicine",
        volume="155",
        pages="529–536",
    ),
    Reference(
        key="hayden2013",
        authors="Hayden JA, van der Windt DA, Cartwright JL, Côté P, Bombardier C",
        year=2013,
        title="Assessing bias in studies of prognostic factors",
        journal="Annals of Internal Medicine",
        volume="158",
        pages="280–286",
    ),
    Reference(
        key="knapp2003",
        authors="Knapp G, Hartung J",
        year=2003,
        title="Improved tests for a random effects meta-regression with a single covariate",
        journal="Statistics in Medicine",
        volume="22",
        pages="2693–2710",
    ),
    Reference(
        key="seabold2010",
        authors="Seabold S, Perktold J",
        year=2010,
        title="statsmodels: econometric and statistical modeling with Python",
        journal="Proceedings of the 9th Python in Science Conference",
        pages="92–96",
        kind="proceedings",
    ),
    Reference(
        key="harris2020",
        authors="Harris CR, Millman KJ, van der Walt SJ, et al",
        year=2020,
        title="Array programming with NumPy",
        journal="Nature",
        volume="585",
        pages="357–362",
    ),
    Reference(
        key="virtanen2020",
        authors="Virtanen P, Gommers R, Oliphant TE, et al",
        year=2020,
        title="SciPy 1.0: fundamental algorithms for scientific computing in Python",
        journal="Nature Methods",
        volume="17",
        pages="261–272",
    ),
)

REFERENCES: dict[str, Reference] = {work.key: work for work in _WORKS}
