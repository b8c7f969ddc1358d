(() => {
  "use strict";

  const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const NUMBER = /^[<>≤≥=~]*\s*(-?(?:\d+(?:\.\d+)?|∞))(?:×10(-?\d+))?/;

  /** The number that a cell begins with; NaN where it begins with words. */
  function number(text) {
    const plain = text
      .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (sign) => SUPERSCRIPTS.indexOf(sign))
      .replace(/[−⁻]/g, "-")
      .replace(/(\d),(?=\d{3})/g, "$1");
    const found = NUMBER.exec(plain);
    if (!found) return NaN;
    const value = found[1].includes("∞") ? Infinity * (found[1][0] === "-" ? -1 : 1) : Number(found[1]);
    return found[2] ? value * 10 ** Number(found[2]) : value;
  }

  function cellText(row, column) {
    const text = row.cells[column].textContent.trim();
    return text === "–" ? "" : text;
  }

  /** Compare two rows by a column; empty cells come last both ways. */
  function comparer(rows, column, sign) {
    const filled = rows.map((row) => cellText(row, column)).filter(Boolean);
    const numeric = filled.length > 0 && filled.every((text) => !Number.isNaN(number(text)));
    const words = new Intl.Collator("en", { numeric: true });
    return (one, other) => {
      const [a, b] = [cellText(one, column), cellText(other, column)];
      if (!a || !b) return Boolean(b) - Boolean(a);
      const [x, y] = [number(a), number(b)];
      return sign * (numeric ? (x > y) - (x < y) : words.compare(a, b));
    };
  }

  function sortable(table) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const first = [...body.rows];
    if (first.length < 2 || first.some((row) => row.cells.length !== heads.length)) return;
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const next = now === "ascending" ? "descending" : now === "descending" ? "" : "ascending";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        if (next) head.setAttribute("aria-sort", next);
        const order = comparer(first, column, next === "descending" ? -1 : 1);
        body.append(...(next ? [...first].sort(order) : first));
      });
    });
  }

  function button(label, text, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (label !== text) made.setAttribute("aria-label", label);
    made.addEventListener("click", action);
    return made;
  }

  /** One dialog for all figures: the drawing moves into it and back, so that no id stands twice. */
  function viewer() {
    const dialog = document.createElement("dialog");
    const plate = document.createElement("div");
    const bar = document.createElement("div");
    let drawing, place, factor;
    dialog.className = "viewer";
    plate.className = "scroll plate";
    plate.tabIndex = 0;
    plate.setAttribute("role", "group");
    plate.setAttribute("aria-label", "Enlarged figure");
    bar.className = "bar";
    const natural = () => (drawing.viewBox.baseVal.width * 4) / 3;
    const room = () => plate.clientWidth - 2 * parseFloat(getComputedStyle(plate).paddingLeft);
    const fitting = () => Math.min(room() / natural(), 4);
    function zoom(wanted) {
      factor = Math.min(Math.max(wanted, 0.1), 12);
      drawing.style.width = `${natural() * factor}px`;
    }
    const actions = {
      "-": () => zoom(factor / 1.25),
      "+": () => zoom(factor * 1.25),
      0: () => zoom(fitting()),
    };
    bar.append(
      button("Smaller", "−", actions["-"]),
      button("Larger", "+", actions["+"]),
      button("Fit to the width", "Fit", actions[0]),
      button("Close", "Close", () => dialog.close()),
    );
    dialog.append(bar, plate);
    dialog.addEventListener("keydown", (event) => {
      const action = actions[event.key === "=" ? "+" : event.key];
      if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      action();
    });
    dialog.addEventListener("close", () => {
      drawing.style.removeProperty("width");
      place.append(drawing);
    });
    document.body.append(dialog);
    return (figure) => {
      place = figure.querySelector(".plate");
      drawing = place.querySelector("svg");
      const label = place.getAttribute("aria-label");
      dialog.setAttribute("aria-label", label);
      plate.setAttribute("aria-label", label);
      place.style.minHeight = `${place.offsetHeight}px`;
      plate.append(drawing);
      dialog.showModal();
      zoom(fitting());
      dialog.addEventListener("close", () => place.style.removeProperty("min-height"), { once: true });
    };
  }

  document.querySelectorAll("table[id^='table-']:not([id$='-league'])").forEach(sortable);

  const figures = [...document.querySelectorAll("figure")].filter((each) => each.querySelector(".plate svg"));
  if (figures.length && "HTMLDialogElement" in window) {
    const show = viewer();
    for (const figure of figures) {
      const opener = button("", "Enlarge", () => show(figure));
      opener.setAttribute("aria-label", `Enlarge: ${figure.querySelector(".plate").getAttribute("aria-label")}`);
      opener.className = "enlarge";
      figure.querySelector(".files").append(" ", opener);
    }
  }
})();
