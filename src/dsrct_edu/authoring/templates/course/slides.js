(() => {
"use strict";
const root = document.documentElement, main = document.querySelector("main");
const slides = [...main.children], id = `${location.pathname} ${document.title}`;
const speaking = location.hash === "#presenter";
const answers = () => [...slides[here].querySelectorAll(".answer")];
let here = 0, typed = "", told = "", peer = speaking ? window.opener : null;

/* Where the talk is: a slide, and how many of its answers are open. */
const state = () => [here, answers().filter((one) => one.open).length];

function show(number, open = 0) {
  slides[here].classList.remove("here");
  here = Math.max(0, Math.min(slides.length - 1, number));
  slides[here].classList.add("here");
  answers().forEach((one, place) => { one.open = place < open; });
  if (!speaking) {
    history.replaceState(null, "", `#${here + 1}`);
    slides[here].focus({ preventScroll: true });
    if (root.classList.contains("all")) slides[here].scrollIntoView({ block: "nearest" });
  }
  tell();
}
function on() {
  const closed = answers().find((one) => !one.open);
  if (closed && !root.classList.contains("all")) closed.open = true;
  else if (here < slides.length - 1) show(here + 1);
}
function back() {
  const open = answers().filter((one) => one.open).pop();
  if (open && !root.classList.contains("all")) open.open = false;
  else if (here > 0) show(here - 1, Infinity);
}

/* Two windows, one talk. Pages opened from a disk share no channel, so the opener is told as well. */
const channel = "BroadcastChannel" in window ? new BroadcastChannel(id) : null;
function post(message) {
  channel?.postMessage(message);
  if (peer && !peer.closed) peer.postMessage({ deck: id, ...message }, "*");
}
function tell() {
  const now = state().join();
  if (now !== told) { told = now; post({ at: state() }); }
  if (speaking) speak();
}
function hear(message) {
  if (message.ask) post({ at: state() });
  if (message.at && message.at.join() !== state().join()) {
    told = message.at.join();
    show(...message.at);
  }
}
if (channel) channel.onmessage = (event) => hear(event.data);
window.addEventListener("message", (event) => {
  if (event.source && event.source === peer && event.data?.deck === id) hear(event.data);
});
main.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".here .answer")) tell();
}, true);

/* Keys, clicks, fingers */
const keys = {
  ArrowRight: on, ArrowDown: on, PageDown: on, " ": on,
  ArrowLeft: back, ArrowUp: back, PageUp: back,
  Home: () => show(0), End: () => show(slides.length - 1),
  b: () => root.classList.toggle("blank"), ".": () => root.classList.toggle("blank"),
  n: () => { if (!speaking) peer = open(`${location.href.split("#")[0]}#presenter`, id, "width=1200,height=760"); },
  Escape: () => { if (!speaking && !typed) root.classList.toggle("all"); },
  Enter: () => {
    if (typed) show(Number(typed) - 1);
    else if (root.classList.contains("all")) root.classList.remove("all");
    else on();
  },
};
function press(key) {
  typed = /^\d$/.test(key) ? (typed + key).slice(-3) : (keys[key]?.(), "");
  document.getElementById("jump").textContent = typed && `Slide ${typed}, Enter`;
}
document.addEventListener("keydown", (event) => {
  const known = event.key in keys || /^\d$/.test(event.key);
  if (!known || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector(":popover-open") && event.key === "Escape") return;
  const own = event.target.closest?.("summary,a,button");
  if (own && [" ", "Enter"].includes(event.key) && !typed) return;
  event.preventDefault();
  press(event.key);
});
document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key) return press(key);
  if (event.target.closest("summary,a,button,[popover]") || String(getSelection())) return;
  if (root.classList.contains("all")) {
    const picked = event.target.closest("section");
    if (picked) { root.classList.remove("all"); show(slides.indexOf(picked)); }
  } else if (!speaking) {
    const place = event.clientX / innerWidth;
    if (place < 0.12) back();
    if (place > 0.88) on();
  }
});
let from = null;
document.addEventListener("touchstart", (event) => { from = event.touches[0].clientX; }, { passive: true });
document.addEventListener("touchend", (event) => {
  const moved = event.changedTouches[0].clientX - from;
  if (Math.abs(moved) > 60) (moved < 0 ? on : back)();
});
window.addEventListener("hashchange", () => {
  const wanted = Number(location.hash.slice(1));
  if (wanted) show(wanted - 1);
});

/* On paper every answer is open. */
let before = [];
window.addEventListener("beforeprint", () => {
  before = [...document.querySelectorAll(".answer:not([open])")];
  before.forEach((one) => { one.open = true; });
});
window.addEventListener("afterprint", () => before.forEach((one) => { one.open = false; }));

/* The speaker's window: this slide, the next, the notes, the clocks. */
let start = null;
function speak() {
  const [next, notes] = [".next", ".speak"].map((one) => document.querySelector(one));
  const after = slides[here + 1]?.cloneNode(true);
  after?.querySelectorAll("[id]").forEach((one) => one.removeAttribute("id"));
  next.replaceChildren(...(after ? [after] : []));
  const words = slides[here].querySelector(".notes")?.content.cloneNode(true);
  const seen = [...slides[here].querySelectorAll("img[alt]")].map((picture) => {
    const line = document.createElement("p");
    line.className = "seen";
    line.textContent = `In the picture: ${picture.alt}`;
    return line;
  });
  notes.replaceChildren(words ?? "", ...seen);
  notes.scrollTop = 0;
  if (here > 0) start ??= Date.now();
  tick();
}
function tick() {
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const now = new Date(), gone = start ? (now - start) / 1000 : 0;
  const mark = slides[here].querySelector(".mark").textContent;
  const end = mark.match(/\d+\D(\d+)/)?.[1];
  document.getElementById("clock").textContent = `${two(now.getHours())}:${two(now.getMinutes())}`;
  const since = document.getElementById("gone");
  since.textContent = `${two(gone / 60)}:${two(gone % 60)}`;
  since.classList.toggle("late", Boolean(end) && gone > 60 * Number(end));
  document.getElementById("place").textContent = `${here + 1} / ${slides.length}   ${mark}`;
}
root.classList.add("live");
if (speaking) {
  root.classList.add("presenter");
  document.title = `Notes: ${document.title}`;
  document.body.append(document.getElementById("presenter").content.cloneNode(true));
  document.getElementById("again").onclick = () => { start = Date.now(); tick(); };
  setInterval(tick, 1000);
  told = "0,0"; // the wall says where the talk is, not this window
  show(0);
  post({ ask: true });
} else {
  show((Number(location.hash.slice(1)) || 1) - 1);
}
})();
