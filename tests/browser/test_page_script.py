"""Tables that sort and figures that enlarge: by keyboard, and nothing is missing without a script."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag22aa"]


def violations(page, axe):
    page.evaluate(axe)
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [each["id"] for each in found["violations"]]


def opened_table(page, caption):
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    return page.locator("table", has=page.get_by_text(caption, exact=True)).first


STUDIES = "Smoking cessation: Individual counselling versus no contact, study by study"


def column(table, number):
    return table.locator("tbody tr").evaluate_all(
        "(rows, n) => rows.map(row => row.cells[n].textContent)", number
    )


def test_a_column_of_numbers_sorts_up_down_and_back_by_keyboard(connected, opened):
    table = opened_table(opened(connected), STUDIES)
    names = column(table, 0)
    number = table.locator("thead th").all_inner_texts().index("Weight (%)")
    head, button = table.locator("thead th").nth(number), table.locator(".sort").nth(number)
    button.focus()
    button.press("Enter")
    weights = [float(text) for text in column(table, number)]
    assert len(weights) > 10
    assert weights == sorted(weights)
    assert head.get_attribute("aria-sort") == "ascending"
    button.press(" ")
    assert [float(text) for text in column(table, number)] == sorted(weights, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    button.press("Enter")
    assert column(table, 0) == names
    assert head.get_attribute("aria-sort") is None


def test_estimates_sort_by_value_and_only_one_column_is_said_to_be_sorted(connected, opened):
    table = opened_table(opened(connected), STUDIES)
    table.locator(".sort").nth(0).click()
    assert column(table, 0) == sorted(column(table, 0), key=str.casefold)
    table.locator(".sort").nth(3).click()
    estimates = [float(text.split()[0]) for text in column(table, 3)]
    assert estimates == sorted(estimates)
    assert table.locator("[aria-sort]").count() == 1


def test_a_league_table_is_not_sorted(connected, opened):
    page = opened(connected)
    assert page.locator("table[id$='-league']").count() == 1
    assert page.locator("table[id$='-league'] .sort").count() == 0


def test_signs_powers_bounds_and_gaps_sort_as_they_are_meant(connected, opened, tmp_path):
    cells = ["−2.5", "1,234", "2.8×10⁻⁹", "<0.001", "–", "∞", "12%"]
    rows = "".join(f"<tr><th>r</th><td>{cell}</td></tr>" for cell in cells)
    made = f"<table id='table-x'><thead><tr><th>A</th><th>B</th></tr></thead><tbody>{rows}</tbody></table>"
    text = connected.read_text(encoding="utf-8")
    path = tmp_path / "page.html"
    path.write_text(text.replace("</main>", f"{made}</main>"), encoding="utf-8")
    table = opened(path).locator("#table-x")
    table.locator(".sort").nth(1).click()
    assert column(table, 1) == ["−2.5", "2.8×10⁻⁹", "<0.001", "12%", "1,234", "∞", "–"]
    table.locator(".sort").nth(1).click()
    assert column(table, 1)[-1] == "–"


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_a_figure_enlarges_in_a_dialog_and_goes_back(connected, opened, axe, width, scheme):
    page = opened(connected, width, scheme)
    figures, opener = page.locator("figure svg").count(), page.locator(".enlarge").first
    opener.focus()
    page.keyboard.press("Enter")
    drawing = page.locator("dialog svg")
    fitted = drawing.bounding_box()["width"]
    assert fitted <= width
    page.keyboard.press("+")
    assert drawing.bounding_box()["width"] == pytest.approx(1.25 * fitted, rel=0.01)
    page.keyboard.press("0")
    assert drawing.bounding_box()["width"] == pytest.approx(fitted, rel=0.01)
    assert page.locator("dialog").get_attribute("aria-label").startswith("Forest plot")
    if width == 360:
        assert violations(page, axe) == []
    page.keyboard.press("Escape")
    assert page.locator("figure svg").count() == figures
    assert page.evaluate("document.activeElement.className") == "enlarge"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_a_script_the_page_is_whole(connected, opened):
    page = opened(connected, script=False)
    assert page.locator(".sort, .enlarge, dialog").count() == 0
    assert page.locator("figure svg").count() == page.locator("figure").count() > 0
    assert page.locator("table").count() > 5
    page.locator(".matrix td a").first.click()
    assert "#" in page.url


def test_nothing_moves_by_itself(connected):
    text = connected.read_text(encoding="utf-8")
    assert "animation" not in text
    assert "transition" not in text


def test_another_script_in_the_page_does_not_run(connected, opened, tmp_path):
    path = tmp_path / "page.html"
    text = connected.read_text(encoding="utf-8")
    path.write_text(text.replace("</main>", "<script>document.title = 'run'</script></main>"))
    page = opened(path)
    assert page.title() != "run"
    assert page.locator(".sort").count() > 0
