"""References for BibTeX and RIS: all that are cited, whole, and nothing that LaTeX would run."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from metaan.report.bibliography import to_bibtex, to_ris
from metaan.report.references import REFERENCES, Reference
from metaan.tables.latex_text import latex_text

HOSTILE = Reference(
    key="evil2020",
    authors="O'Brien X, World Health Organization, et al",
    year=2020,
    title="100% of {a} & \\input{/etc/passwd}$#_~^",
    journal="J\nTwo",
    volume="1",
    pages="2–3",
)


def entries(text):
    return re.split(r"^(?=@)", text, flags=re.M)[1:]


def test_every_work_is_written_once_under_its_key():
    text = to_bibtex(REFERENCES.values())
    keys = [re.match(r"@\w+\{([^,]+),", entry)[1] for entry in entries(text)]
    assert keys == sorted(REFERENCES)
    assert to_ris(REFERENCES.values()).count("TY  - ") == len(REFERENCES)


def test_the_order_of_the_works_does_not_matter():
    works = list(REFERENCES.values())
    assert to_bibtex(works) == to_bibtex(works[::-1])
    assert to_ris(works) == to_ris(works[::-1])


@pytest.mark.parametrize("entry", entries(to_bibtex([*REFERENCES.values(), HOSTILE])))
def test_braces_match_and_the_needed_fields_are_there(entry):
    plain = re.sub(r"\\[{}]", "", entry)
    depth = 0
    for char in plain:
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0
    assert "title = {{" in entry
    assert "year = {" in entry
    assert re.search(r"(author|editor) = \{[^}]", entry)
    assert re.search(r"(journal|publisher|booktitle) = \{\{", entry)


def test_kinds_of_works_are_told_apart():
    text = to_bibtex(REFERENCES.values())
    for start in (
        "@article{page2021,",
        "@book{hedges1985,",
        "@incollection{gleser2009,",
        "@inproceedings{seabold2010,",
    ):
        assert start in text
    chapter = next(entry for entry in entries(text) if "gleser2009" in entry)
    assert "title = {{Stochastically dependent effect sizes}}" in chapter
    assert "booktitle = {{The Handbook of Research Synthesis" in chapter
    assert "editor = {Higgins, J. P. T. and" in next(e for e in entries(text) if "higgins2024" in e)


def test_names_keep_their_particles_and_bodies_stay_whole():
    assert "van der Walt, S. J. and others" in to_bibtex([REFERENCES["harris2020"]])
    people = to_bibtex([HOSTILE]).splitlines()[1]
    assert people == "  author = {O'Brien, X. and World Health Organization and others},"


def test_first_names_with_a_hyphen_are_initials_too():
    double = replace(HOSTILE, authors="Pignon J-P, Cheung MW-L, Jimenez-Silva J")
    assert to_bibtex([double]).splitlines()[1] == (
        "  author = {Pignon, J.-P. and Cheung, M. W.-L. and Jimenez-Silva, J.},"
    )


def test_every_person_cited_has_a_family_name_and_initials():
    assert [
        line
        for line in to_ris(REFERENCES.values()).splitlines()
        if line.startswith(("AU", "ED")) and "," not in line
    ] == []


def test_a_cut_list_of_authors_is_said_in_a_note_not_in_an_author():
    cut, whole = REFERENCES["page2021"], REFERENCES["rucker2012"]
    assert cut.authors.endswith(", et al")
    assert "et al" not in to_ris(REFERENCES.values())
    assert "N1  - The list of authors is cut; the work names more.\r\nER  - \r\n" in to_ris([cut])
    assert "N1" not in to_ris([whole])


def test_nothing_in_a_title_is_run():
    text = to_bibtex([HOSTILE])
    assert r"100\% of \{a\} \& \textbackslash{}input\{/etc/passwd\}\$\#\_" in text
    assert "journal = {{J Two}}" in text
    assert "pages = {2--3}" in text


def test_a_record_of_ris_starts_and_ends_and_has_its_pages_apart():
    lines = to_ris([REFERENCES["page2021"], REFERENCES["rucker2012"]]).split("\r\n")
    assert lines[-1] == ""
    assert [line for line in lines if line.startswith("ER")] == ["ER  - ", "ER  - "]
    assert lines.count("SP  - 312") == lines.count("EP  - 324") == 1
    assert "SP  - n71" in lines
    assert "AU  - Rücker, G." in lines


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\u202eb\x00c", "a b c"),
        ("10⁻⁹", r"10\ensuremath{^{-9}}"),
        ("čž", "čž"),
        ("H₁₂ of Ç²", r"H\ensuremath{_{12}} of {\c{C}}\ensuremath{^{2}}"),
        ("a -- b --- c ''d'' ,, O'Brien", "a -{}- b -{}-{}- c '{}'d'{}' ,{}, O'Brien"),
        ("5\u00a0mg ", "5~mg"),
        ("Ç", r"{\c{C}}"),
        ("", ""),
    ],
)
def test_text_prints_as_itself(text, written):
    assert latex_text(text) == written
