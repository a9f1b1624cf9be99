"""Makes the lecturer's page of a lesson: one sheet of paper with what one needs before a hall."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from dsrct_edu.authoring import blocks, decks, exporter, predictions, teaching
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.exercises import tags
from dsrct_edu.classroom.words import inline

_CAME_OUT = re.compile(r"^(.+?)\. It is: (.+?)\.?$", re.MULTILINE)


def sheet(lesson: Lesson, notebook: NotebookNode) -> str:
    """Return the lecturer's page of an executed lesson as HTML for the printer."""
    data, meta = lesson.data("teach"), lesson.metadata
    exporter_values = {
        "title": f"{lesson.id} {meta['title']}",
        "minutes": sum(meta["minutes"].values()),
        "before": [key for key in meta["prerequisites"] if key in lesson.course.lessons],
        "arc": [inline(text) for text in data["arc"]],
        "must": [inline(text) for text in data["must"]],
        "board": inline(data["board"]),
        "figure": figure(lesson, notebook),
        "marks": [(mark, inline(mark.at), inline(mark.do)) for mark in teaching.timeline(lesson)],
        "questions": [(inline(ask), inline(said)) for ask, said in teaching.questions(lesson)],
        "cuts": [(entry["saves"], inline(entry["what"])) for entry in data["cut"]],
        "slips": [
            (inline(slip.belief), slip.where, inline(slip.answer), inline(slip.reply))
            for slip in teaching.slips(lesson)
        ],
        "guesses": list(came_out(notebook.cells)),
    }
    return exporter.html("lecturer.html.j2", notebook, **exporter_values)


def figure(lesson: Lesson, notebook: NotebookNode) -> str:
    """Return the picture that the page shows small, as HTML; nothing if none is named.

    Raises
    ------
    LessonError
        If the output that is named has no picture.
    """
    wanted = lesson.data("teach").get("figure")
    if not wanted:
        return ""
    outputs = [
        (output, cell)
        for cell in decks.under(notebook.cells, wanted["section"])
        if cell.cell_type == "code" and "predict" not in tags(cell)
        for output in cell.get("outputs", [])
    ]
    place = wanted["output"]
    if -len(outputs) <= place < len(outputs):
        output, cell = outputs[place]
        for block in blocks.of_output(output, cell, lesson.course.labels):
            if block.kind == "picture":
                return block.body
    raise LessonError(
        lesson.line("teach", "figure"),
        f"output {place} of section {wanted['section']!r} is no picture; it has {len(outputs)} "
        "outputs",
    )


def came_out(cells: list[NotebookNode]) -> Iterator[tuple[str, str, str]]:
    """Yield number, subject and result of each guess, as the executed lesson says them."""
    for prediction in predictions.walk(cells):
        outputs = prediction.reveal.outputs if prediction.reveal else []
        shown = "\n".join(output.get("data", {}).get("text/plain", "") for output in outputs)
        if found := _CAME_OUT.search(shown):
            yield prediction.key, inline(found[1]), inline(found[2])
