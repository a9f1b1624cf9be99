/* What a reader did: to take away, or to delete. */
if (find("#work")) {
  const status = find("#work [role=status]");
  find("#export").addEventListener("click", () => {
    const file = new Blob([JSON.stringify(load(), null, 1)], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "how-would-you-know.json";
    link.click();
    say(status, "", "Saved.");
  });
  find("#forget").addEventListener("click", () => {
    save((kept) => { for (const part of ["guesses", "answers", "quiz"]) delete kept[part]; });
    say(status, "", "Deleted. Load the page again to begin anew.");
  });
}
/* A mistake is reported from its own section; without scripts, below the text. */
const report = find("article>.report");
if (report) {
  for (const { id, parentElement: section } of all("section>h2[id]")) section.append(Object.assign(report.cloneNode(true), { href: report.href + encodeURIComponent(id) }));
  report.remove();
}
/* What is wider than the page is moved with the arrow keys. */
for (const wide of all("pre, .table")) Object.assign(wide, { tabIndex: 0, role: "region", ariaLabel: wide.matches("pre") ? "Code" : "Table" });
addEventListener("beforeprint", () => { for (const fold of all("details:not(.menu)")) fold.open = true; });
