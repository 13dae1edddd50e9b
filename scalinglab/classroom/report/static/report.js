// The page is complete without this: it makes the heads of the tables of points sort their rows.
for (const table of document.querySelectorAll(".points table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === (column ? "descending" : "ascending") ? -1 : 1;
      const rows = [...table.tBodies[0].rows];
      const full = rows.filter((row) => row.cells.length === heads.length && !row.querySelector("[colspan]"));
      const rest = rows.filter((row) => !full.includes(row));
      const number = (row) => Number(row.cells[column].dataset.value ?? -1);
      const name = (row) => row.cells[0].querySelector("bdi").textContent;
      const order = (a, b) => (column ? number(b) - number(a) : name(a).localeCompare(name(b)));
      table.tBodies[0].append(...full.sort((a, b) => down * order(a, b)), ...rest);
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", (column === 0) === (down === 1) ? "ascending" : "descending");
    });
  });
}
