"use strict";
/* Filters the table of evidence. Without this the table is whole, and can be read. */
(() => {
  const form = document.querySelector("#filter");
  const [words, clock, least] = ["#words", "#clock", "#least"].map((id) => form.querySelector(id));
  const rows = [...document.querySelectorAll(".evidence tbody tr")].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    clock: row.cells[4].textContent,
    n: Number(row.cells[3].textContent.replaceAll(",", "")),
  }));
  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text, clock: at, n } of rows) {
      const hidden = !wanted.every((word) => text.includes(word))
        || (clock.value && at !== clock.value) || n < Number(least.value);
      row.hidden = hidden;
      shown += !hidden;
    }
    document.querySelector("#count").textContent = `${shown} of ${rows.length} figures`;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
