/* Words, as the notebook's classroom writes them: reading.py, words.py, asking.py. */
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const inline = (text) => escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>")
  .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>").replace(/\*([^*\s][^*]*)\*/g, "<em>$1</em>");
const listed = (items, joint) => items.length < 2 ? items.join("")
  : `${items.slice(0, -1).join(", ")} ${joint} ${items.at(-1)}`;
const digits = (value) => {
  if (!isFinite(value)) return value > 0 ? "infinity" : "−infinity";
  const whole = value === Math.round(value) || Math.abs(value) >= 1e4;
  const text = whole ? value.toLocaleString("en-US", { maximumFractionDigits: 0 })
    : String(+value.toPrecision(4));
  return text.replace("-", "−");
};
const quoted = (text) =>
  `"${text.slice(0, 57).split(/\s+/).filter(Boolean).join(" ")}${text.length > 57 ? "..." : ""}"`;
const numeral = (given, unit = "") => {
  let text = given.trim();
  for (const end of [unit, "%"]) if (end && text.endsWith(end)) text = text.slice(0, -end.length);
  text = text.trim();
  if (!/^[+−-]?\s*(\d+([.,]\d+)?|[.,]\d+)$/.test(text)) return null;
  return Number(text.replace(",", ".").replace("−", "-").replace(" ", ""));
};
const told = (ask, value) => typeof value === "number" ? `${digits(value)} ${ask.unit}`.trim()
  : ask.options?.[value] ? `${value} (${ask.options[value]})` : value;
/* A message with its verdict, in the box that a screen reader reads. */
const say = (place, look, text) => {
  place.className = look && `says ${look}`;
  place.innerHTML = text && text.split(/\n\s*\n/).map((part) => `<p>${inline(part)}</p>`).join("");
};
