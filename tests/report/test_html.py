from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from metaan.report.html import render_html
from metaan.tables.answers import answers_table

VOID = {"meta", "br", "hr", "img", "input", "link", "rect", "path", "use"}


class Reader(HTMLParser):
    """Collects what the tests ask of a page, and notices tags that do not nest."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.headings, self.ids, self.links, self.loads, self.tags = [], [], [], [], [], []
        self.text = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given.get("href", ""))
        self.loads += [given[name] for name in ("src", "srcset", "data", "poster", "action") if name in given]
        if tag in {"link", "use", "image"}:
            self.loads += [given[name] for name in ("href", "xlink:href") if name in given]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def assert_sound(reader):
    """One h1, headings in order, unique ids, links that lead somewhere, nothing loaded, nothing run."""
    assert reader.headings.count(1) == 1
    assert reader.headings[0] == 1
    steps = zip(reader.headings, reader.headings[1:], strict=False)
    assert all(after <= before + 1 for before, after in steps)
    assert len(reader.ids) == len(set(reader.ids))
    inside = {href[1:] for href in reader.links if href.startswith("#")}
    assert inside <= set(reader.ids)
    assert all(
        re.match(r"#|https?://|figures/|tables/|references\.(bib|ris)$|prisma_2020_checklist.csv$", href)
        for href in reader.links
    )
    assert all(load.startswith("#") for load in reader.loads)
    assert not {tag for tag, _ in reader.tags} & {"iframe", "object", "embed", "link", "form"}
    assert [given for tag, given in reader.tags if tag == "script"] == [{}]
    assert not [name for _, given in reader.tags for name in given if name.startswith("on")]


@pytest.fixture
def small_page(build, small_review, small_analyses):
    figure = build.figure("forest-relief-alpha-control")
    refused = build.figure("network-relief", svg=b"", refusal="Fewer than three treatments.")
    return render_html(small_review, small_analyses, {figure.id: figure, refused.id: refused}, ())


def test_the_page_is_sound(small_page):
    assert_sound(read(small_page))


def test_language_title_landmarks_and_policy(small_page):
    reader = read(small_page)
    tags = [tag for tag, _ in reader.tags]
    assert ("html", {"lang": "en-GB"}) in reader.tags
    assert small_page.startswith("<!DOCTYPE html>")
    assert "<title>Alpha and beta for sore tests</title>" in small_page
    assert [tags.count(name) for name in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    policy = [
        given["content"] for _, given in reader.tags if given.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy[0].startswith("default-src 'none'")
    assert reader.links[0] == "#Findings"  # the skip link


def test_the_policy_allows_the_page_s_own_script_and_no_other(small_page):
    script = small_page[small_page.index("<script>") + 8 : small_page.index("</script>")]
    digest = b64encode(sha256(script.encode()).digest()).decode()
    reader = read(small_page)
    policy = next(
        given["content"] for _, given in reader.tags if given.get("http-equiv") == "Content-Security-Policy"
    )
    assert f"script-src 'sha256-{digest}';" in policy
    assert not re.search(r"fetch|https?:|import|eval|innerHTML|Function", script)


def test_every_answer_and_estimate_leads_to_what_is_behind_it(small_review, small_analyses):
    table = answers_table(small_analyses, {})
    page = render_html(small_review, small_analyses, {}, (table,))
    assert page.count('class="behind" href="#relief-alpha-control"') == 1
    assert re.search(r'<td[^>]*><a href="#relief-alpha-control">1.65', page)


def test_no_address_is_loaded_by_the_style(small_page):
    style = small_page[small_page.index("<style>") : small_page.index("</style>")]
    assert not re.search(r"url\(|@import|https?:", style)


def test_an_answer_can_be_followed_to_its_rows_and_back(small_page):
    assert 'href="#relief-alpha-control"' in small_page
    assert '<h4 id="relief-alpha-control">Alpha versus control</h4>' in small_page
    row = small_page[small_page.index('<tr id="results-2">') :]
    row = row[: row.index("</tr>")]
    assert 'href="#relief-alpha-control">Relief: Alpha versus control</a>' in row
    assert "nine of fifty" in row


def test_a_row_that_is_not_used_says_why(small_page):
    row = small_page[small_page.index('<tr id="results-4">') :]
    assert "Not in a main analysis: a percentage without the number analysed" in row[: row.index("</tr>")]


def test_missing_evidence_is_said_in_the_matrix(small_page):
    assert small_page.count("no connected evidence</td>") == 2


def test_a_refused_figure_has_no_files(small_page):
    assert "figures/network-relief.pdf" not in small_page
    assert "figures/forest-relief-alpha-control.pdf" in small_page


def test_a_refused_forest_plot_is_named_with_its_reason(small_review, small_analyses, build):
    refused = build.figure("forest-relief-alpha-control", svg=b"", refusal="No study is estimable.")
    page = render_html(small_review, small_analyses, {refused.id: refused}, ())
    assert "Not drawn: Figure forest-relief-alpha-control.</strong> No study is estimable." in page


def test_a_caption_says_where_a_figure_does_not_keep_to_its_journal(small_review, small_analyses, build):
    high = build.figure("forest-relief-alpha-control", remark="236 mm high, and <b> takes 222")
    page = render_html(small_review, small_analyses, {high.id: high}, ())
    assert "For the journal: 236 mm high, and &lt;b&gt; takes 222." in page
    fits = build.figure("forest-relief-alpha-control")
    assert "For the journal" not in render_html(small_review, small_analyses, {fits.id: fits}, ())


def test_figures_stand_without_their_declaration(small_page):
    assert "<?xml" not in small_page
    assert small_page.count("<svg") == 1


def test_the_same_input_gives_the_same_page(build, small_review, small_analyses):
    figures = [build.figure("forest-relief-alpha-control"), build.figure("network-relief")]
    one = render_html(small_review, small_analyses, {each.id: each for each in figures}, ())
    other = render_html(small_review, small_analyses, {each.id: each for each in reversed(figures)}, ())
    assert one == other


def test_an_empty_review_still_makes_a_sound_page(build):
    page = render_html(build.review(build.plan(questions=[])), (), {}, ())
    reader = read(page)
    assert_sound(reader)
    assert "The review asks no question" in page
    assert "No row was extracted." in page


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    'O\'Brien & "Söhne" {{ 7 * 7 }} {% raw %}',
    "مرحبا بالعالم",
    "🧪🦴 trial \u202e gnirts",
    "x" * 200,
    "]]></style></title><!--",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_shown_and_not_run(build, name):
    plan = build.plan(title=name, question=name, authors=[name], registration=name, cautions=[name])
    words = {
        "status": "derived",
        "use": "pool",
        "source": name,
        "quote": name,
        "derivation": name,
        "locator": name,
    }
    review = build.review(
        plan,
        treatments=[
            {"raw_label": "alpha", "node": "alpha", "treatment": name},
            {"raw_label": "control", "node": "control"},
        ],
        studies=[{"study_id": "S1", "label": name}],
        arms=[{"study_id": "S1", "arm_id": "alpha", "treatment": name, "dose_text": name}],
        outcomes=[{"outcome_id": "relief", "label": name, "kind": "binary"}],
        results=[{"study_id": "S1", "arm_id": "alpha", "outcome_id": "relief", "source_url": name, **words}],
        missing=[{"study_id": "M", "label": name, "comparison": name, "n_enrolled": 900}],
        rob=[{"study_id": "S1", "domain": "overall", "judgement": "high", "assessor": name}],
    )
    aside = build.set_aside(
        study="S1", label=name, outcome=name, arm=name, reason=name, provenance=build.provenance(2)
    )
    studies = [
        build.study(label=name, note=name),
        build.study(label=name, estimable=False, note=name, study="S9"),
    ]
    main = build.scenario(
        [build.comparison(studies)], [build.answer(reason=name)], set_aside=(aside,), notes=(name,)
    )
    analysis = build.analysis(main, title=name, question=name, notes=(name,))
    figure = build.figure("forest-relief-alpha-control", title=name)
    refused = build.figure("network-relief", title=name, refusal=name)
    page = render_html(review, (analysis,), {figure.id: figure, refused.id: refused}, ())
    reader = read(page)
    assert_sound(reader)
    assert name in "".join(reader.text)
    assert "img" not in {tag for tag, _ in reader.tags}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//host/x",
        "https:",
        "see page 4",
        "http://[bad",
    ],
)
def test_only_web_addresses_become_links(build, address):
    row = {"study_id": "S1", "arm_id": "alpha", "outcome_id": "relief", "status": "extracted", "use": "pool"}
    review = build.review(results=[row | {"source": "Paper", "source_url": address}])
    reader = read(render_html(review, (), {}, ()))
    assert address not in reader.links
    assert address in "".join(reader.text)
    good = build.review(results=[row | {"source": "Paper", "source_url": "https://example.org/?a=1&b=2"}])
    links = [given for tag, given in read(render_html(good, (), {}, ())).tags if tag == "a"]
    assert {"href": "https://example.org/?a=1&b=2", "rel": "noreferrer"} in links
