from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag22aa"]
SIZES = {"phone": 360, "laptop": 1280}


def violations(page, axe):
    page.evaluate(axe)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]]


@pytest.mark.parametrize(
    ("name", "width", "scheme"), [("connected", 360, "light"), ("bundled", 1280, "dark")]
)
def test_the_report_is_accessible(request, opened, axe, name, width, scheme):
    page = opened(request.getfixturevalue(name), width, scheme)
    assert violations(page, axe) == []


def test_nothing_hides_behind_a_closed_part(connected, opened, axe):
    page = opened(connected)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert violations(page, axe) == []


@pytest.mark.parametrize("width", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", ["bundled", "connected"])
def test_the_page_never_scrolls_sideways(request, opened, name, width):
    page = opened(request.getfixturevalue(name), width)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["bundled", "connected"])
def test_nothing_is_fetched_and_nothing_complains(request, opened, name):
    page = opened(request.getfixturevalue(name))
    page.wait_for_load_state("networkidle")
    assert page.seen == []


def test_wide_parts_scroll_by_keyboard_and_have_a_name(bundled, opened):
    page = opened(bundled, SIZES["phone"])
    parts = page.evaluate(
        """[...document.querySelectorAll('.scroll')].map(part =>
            [part.tabIndex, part.getAttribute('role'), part.getAttribute('aria-label')])"""
    )
    assert parts
    assert all(tab == 0 and role == "group" and label for tab, role, label in parts)
    page.locator(".matrix").locator("xpath=..").focus()
    page.keyboard.press("ArrowRight")
    for _ in range(100):  # scrolling is smooth, and the page's policy forbids waiting by a script of its own
        if page.evaluate("document.activeElement.scrollLeft") > 0:
            break
        page.wait_for_timeout(50)
    assert page.evaluate("document.activeElement.scrollLeft") > 0


def test_the_skip_link_comes_first_and_leads_to_the_findings(bundled, opened):
    page = opened(bundled)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "Findings"


def test_no_two_sections_have_one_name(bundled, opened):
    """A comparison that several outcomes have is told apart where a reader goes from section to section."""
    names = opened(bundled).evaluate(
        """[...document.querySelectorAll('section[aria-labelledby]')].map(part => part
            .getAttribute('aria-labelledby').split(' ')
            .map(id => document.getElementById(id).textContent.trim()).join(' '))"""
    )
    assert len(names) > 20
    assert len(set(names)) == len(names)


def test_an_estimate_can_be_followed_to_a_quotation_and_back(bundled, opened):
    page = opened(bundled)
    answer = page.locator(".matrix td a").first
    comparison = answer.get_attribute("href").removeprefix("#")
    answer.click()
    section = page.locator(f"section[aria-labelledby~='{comparison}']")
    section.locator("summary").first.click()
    section.locator("td a").first.click()
    row = page.locator("tr:target")
    assert row.locator("q").inner_text()
    row.locator(f"a[href='#{comparison}']").click()
    assert page.url.endswith(f"#{comparison}")


def test_figures_stand_on_white_in_the_dark(bundled, opened):
    page = opened(bundled, scheme="dark")
    colours = page.evaluate(
        """[...document.querySelectorAll('.plate')].map(part => getComputedStyle(part).backgroundColor)"""
    )
    assert set(colours) == {"rgb(255, 255, 255)"}
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_print_is_black_on_white_and_holds_the_data_tables(bundled, opened, scheme):
    page = opened(bundled, scheme=scheme, media="print")
    colours = page.evaluate("(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))")
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert page.locator("details:not(.bulk) table").first.is_visible()
    assert not page.locator(".skip").is_visible()


A4_WITHIN_MARGINS = {"auto": 695, "broad": 1024}  # CSS pixels of the 184 and 271 mm between the margins
SHRUNK_AT_MOST = 1.15  # a browser shrinks every page alike to the widest table: 7 points stay above 6


def too_wide(page):
    tables = page.evaluate(
        """[...document.querySelectorAll('table')].map(table => [table.caption?.textContent,
            getComputedStyle(table.parentElement).page, table.getBoundingClientRect().right])"""
    )
    assert tables
    return [each for each in tables if each[2] > A4_WITHIN_MARGINS[each[1]] * SHRUNK_AT_MOST]


@pytest.mark.parametrize("name", ["bundled", "connected"])
def test_tables_keep_within_a_printed_page(request, opened, name):
    assert too_wide(opened(request.getfixturevalue(name), A4_WITHIN_MARGINS["auto"], media="print")) == []


def test_a_name_of_many_letters_breaks_on_paper(bundled, opened):
    page = opened(bundled, A4_WITHIN_MARGINS["auto"], media="print")
    renamed = page.evaluate(
        """[...document.querySelectorAll('.comparison tbody th')]
            .map(cell => { cell.textContent = 'A'.repeat(200); }).length"""
    )
    assert renamed
    assert too_wide(page) == []


def test_the_report_prints_to_pages(connected, opened):
    page = opened(connected, media="print")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_labels_of_figures_are_read_out(connected, opened):
    page = opened(connected)
    named = page.evaluate(
        """[...document.querySelectorAll('svg[role=img]')].map(part => part.getAttribute('aria-labelledby')
            .split(' ').every(id => document.getElementById(id)?.textContent))"""
    )
    assert named
    assert all(named)
