"use strict";
/* Fills in the section that the reader came from, and copies the report; it is sent by the reader. */
(() => {
  const form = document.querySelector("#report");
  const [where, what] = ["#where", "#what"].map((id) => form.querySelector(id));
  const at = new URLSearchParams(location.search).get("at");
  if (at) where.value = at.replace("#", ", section ");
  form.querySelector("button").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = document.querySelector("#copied");
    try {
      await navigator.clipboard.writeText(`${where.value}\n\n${what.value}\n`);
      said.textContent = "Copied. Paste it into a message.";
    } catch {
      said.textContent = "This browser does not let pages copy. Mark the text and copy it yourself.";
    }
  });
})();
