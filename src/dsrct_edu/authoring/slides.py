"""Makes one self-contained HTML deck of a lesson: no network, no library, arrow keys.

``slide`` and ``subslide`` cells open a slide; cells without such a tag go on with it; ``skip``,
exercises, checks and quizzes are left out; ``instructor`` cells are the speaker's notes. What a
``predict`` cell asks about is folded until someone opens it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from nbconvert.filters import markdown2html
from nbformat import NotebookNode

from dsrct_edu.authoring.lesson import slide_type
from dsrct_edu.classroom.exercises import tags
from dsrct_edu.figures import palette


@dataclass
class Slide:
    """What stands on one slide, and what the speaker reads."""

    body: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def deck(title: str, notebook: NotebookNode) -> str:
    """Return the deck of an executed notebook as one HTML page."""
    slides = []
    for slide in _slides(notebook.cells):
        notes = "".join(slide.notes)
        if notes:
            notes = f'<details class="notes"><summary>Notes</summary>{notes}</details>'
        slides.append(f'<section tabindex="-1">{"".join(slide.body)}{notes}</section>')
    return page(title, slides)


def page(title: str, slides: list[str]) -> str:
    """Return sections as one page that arrow keys lead through."""
    return _PAGE.format(
        title=html.escape(title),
        style=palette.css() + _STYLE,
        script=_SCRIPT,
        slides="\n".join(slides),
    )


def _slides(cells: list[NotebookNode]) -> list[Slide]:
    slides: list[Slide] = []
    reveals = reveal_ids(cells)
    for cell in cells:
        kind = slide_type(cell)
        if kind in ("slide", "subslide"):
            slides.append(Slide())
        if not slides or kind == "skip":
            continue
        if kind == "notes":
            slides[-1].notes.append(_html(cell.source))
        elif cell.cell_type == "markdown":
            slides[-1].body.append(_html(cell.source))
        elif "predict" not in tags(cell):
            slides[-1].body.append(_code(cell, cell.id in reveals))
    return slides


def reveal_ids(cells: list[NotebookNode]) -> set[str]:
    """Return the cells that show what a prediction asked: the code cells right after it."""
    found, waiting = set(), False
    for cell in cells:
        if cell.cell_type != "code":
            waiting = False
        elif "predict" in tags(cell):
            waiting = True
        elif waiting:
            found.add(cell.id)
    return found


def _html(markdown: str) -> str:
    """Return markdown as HTML without anchors."""
    return re.sub(r'<a class="anchor-link".*?</a>', "", markdown2html(markdown))


def _code(cell: NotebookNode, folded: bool) -> str:
    source = f"<pre><code>{html.escape(cell.source)}</code></pre>"
    shown = "".join(shown_output(output) for output in cell.get("outputs", []))
    if not shown:
        return f"<details><summary>Code</summary>{source}</details>"
    if folded:
        return f"<details><summary>Reveal</summary>{shown}{source}</details>"
    return f"{shown}<details><summary>Code</summary>{source}</details>"


def shown_output(output: NotebookNode) -> str:
    """Return one stored output as HTML."""
    data = output.get("data", {})
    if "text/html" in data:
        return f'<div class="output">{data["text/html"]}</div>'
    text = data.get("text/plain", output.get("text", ""))
    return f'<pre class="output">{html.escape(text)}</pre>' if text else ""


_STYLE = """
:root{font:clamp(16px,2vw,34px)/1.4 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
body{margin:0}
main{scroll-snap-type:y mandatory;height:100vh;overflow-y:auto}
section{box-sizing:border-box;min-height:100vh;padding:4vh 6vw 8vh;
scroll-snap-align:start;outline:0}
h1,h2,h3{line-height:1.15;margin:.2em 0 .6em}h1{font-size:1.8em}h2{font-size:1.5em}
img{max-width:100%;max-height:58vh;width:auto}
table{border-collapse:collapse;font-size:.7em}td,th{padding:.08em .6em;text-align:right}
tr{border-bottom:1px solid var(--pale)}
pre{overflow-x:auto;font-size:.7em}details{margin:.5em 0}
summary{cursor:pointer;text-decoration:underline}
abbr{text-decoration:none}
.notes{border-left:.3em solid var(--grey);padding-left:.8em;font-size:.8em}
.mark{color:var(--grey);font-size:.6em;margin:0}
nav{position:fixed;right:1em;bottom:.5em;font-size:.6em;color:var(--grey)}
@media print{main{height:auto;overflow:visible}section{break-after:page;min-height:0}
.notes,nav{display:none}}
"""

_SCRIPT = """
const slides=[...document.querySelectorAll("section")],place=document.querySelector("nav");
let here=0;
function show(k){here=Math.max(0,Math.min(slides.length-1,k));slides[here].scrollIntoView();
slides[here].focus({preventScroll:true});tell();}
function tell(){place.textContent=`${here+1} / ${slides.length}`;}
document.addEventListener("keydown",(event)=>{
if(event.target.closest("summary,a,button,input"))
  {if(!["ArrowRight","ArrowLeft","PageDown","PageUp"].includes(event.key))return;}
if(["ArrowRight","PageDown"," "].includes(event.key)){event.preventDefault();show(here+1);}
if(["ArrowLeft","PageUp"].includes(event.key)){event.preventDefault();show(here-1);}
if(event.key==="Home"){show(0);}if(event.key==="End"){show(slides.length-1);}
if(event.key==="n"){document.querySelectorAll(".notes").forEach((note)=>{note.open=!note.open;});}
});
new IntersectionObserver((seen)=>{for(const entry of seen){if(entry.isIntersecting){
here=slides.indexOf(entry.target);tell();}}},{threshold:.6});
tell();
"""

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style></head>
<body><main>
{slides}
</main><nav aria-live="polite"></nav><script>{script}</script></body>
</html>
"""
