/* The search. Its index is fetched when the first word is typed, and from this website only. */
const form = document.querySelector("#search");
const field = form.querySelector("#query");
const said = document.querySelector("#said");
const found = document.querySelector("#found");
const MOST = 12;
let index;

const load = async () => {
  index ??= await import("../pagefind/pagefind.js");
  return index;
};

const shown = ({ url, meta, excerpt, sub_results: parts }) => {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const best = parts.find((part) => part.url !== url) && parts.length === 1 ? parts[0] : null;
  link.href = best ? best.url : url;
  link.textContent = best && best.title !== meta.title ? `${meta.title}: ${best.title}` : meta.title;
  const text = document.createElement("p");
  text.innerHTML = excerpt; /* its words are escaped by the index; only <mark> is in it */
  item.append(link, text);
  return item;
};

const search = async () => {
  const query = field.value.trim();
  history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
  if (!query) {
    found.replaceChildren();
    said.textContent = "";
    return;
  }
  let results;
  try {
    ({ results } = await (await load()).search(query));
  } catch {
    said.textContent = "The search works only where the pages come from a server.";
    return;
  }
  const best = await Promise.all(results.slice(0, MOST).map((result) => result.data()));
  if (field.value.trim() !== query) return; /* typed on in the meantime */
  found.replaceChildren(...best.map(shown));
  const pages = results.length === 1 ? "1 page" : `${results.length} pages`;
  said.textContent = results.length > MOST ? `${pages}; the best ${MOST} are here.` : `${pages}.`;
};

let waiting;
form.hidden = false;
field.value = new URLSearchParams(location.search).get("q") || "";
form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 150); });
field.focus();
if (field.value) search();
