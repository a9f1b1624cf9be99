"""Holds the predictions of a lesson to one rule: no answer stands before its question."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from dsrct_edu.authoring import inserts, stubs
from dsrct_edu.authoring.editions import STUDENT
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.predictions import Prediction, asked, walk
from dsrct_edu.authoring.prose import readable
from dsrct_edu.classroom.asking import Unfit, question
from dsrct_edu.classroom.exercises import tags
from dsrct_edu.classroom.lessons import AuthorError, as_table


def problems(lesson: Lesson) -> list[str]:
    """Return what the predictions of a lesson break."""
    predictions = walk(lesson.cells)
    return [
        *_cells(lesson, predictions),
        *_names(predictions),
        *_records(lesson, predictions),
        *_values(lesson, predictions),
    ]


def _cells(lesson: Lesson, predictions: list[Prediction]) -> list[str]:
    """Insist that each predict cell asks once, and that each reveal belongs to a prediction."""
    said = []
    for cell in lesson.cells:
        own = set(tags(cell))
        if "predict" in own and len(asked(cell.source)) != 1:
            said.append(
                f"a `predict` cell asks for {len(asked(cell.source))} predictions; write one, such "
                f'as `guess_1 = dsrct.predict("{lesson.id}.1", None)  # stub`'
            )
        if "predict" in own and not ("None" in cell.source and "..." in stubs.stub(cell.source)):
            said.append(
                f"let the solution waive the guess, and the stub ask for it: "
                f'`guess_1 = dsrct.predict("{lesson.id}.1", None)  # stub`'
            )
        if "reveal" in own and cell.cell_type == "code":
            said.append("a `reveal` cell is code; tag the texts after the code, not the code")
        if "reveal" in own and re.search(r"^#+ ", cell.source, re.MULTILINE):
            said.append("a `reveal` cell holds a heading; begin a section in a cell of its own")
    kept = {id(text) for prediction in predictions for text in prediction.texts}
    said += [
        f"the `reveal` text {cell.source[:40]!r} does not stand right after the cell that calls "
        "`beside`; move it there"
        for cell in lesson.cells
        if "reveal" in tags(cell) and cell.cell_type != "code" and id(cell) not in kept
    ]
    return said


def _names(predictions: list[Prediction]) -> list[str]:
    said = []
    for place, prediction in enumerate(predictions):
        before = predictions[:place]
        if prediction.name in [other.name for other in before]:
            said.append(
                f"two predictions are named `{prediction.name}`: a cell that was not run would set "
                f"the result beside the wrong guess; name {prediction.key} "
                f"`guess_{prediction.key.partition('.')[2]}`"
            )
        if prediction.key in [other.key for other in before]:
            said.append(f"prediction {prediction.key} is asked for twice; give it another number")
        if prediction.reveal is None:
            said.append(
                f"no cell after prediction {prediction.key} calls `{prediction.name}.beside(...)`"
            )
    return said


def _records(lesson: Lesson, predictions: list[Prediction]) -> list[str]:
    """Insist that the checks file knows each prediction, with an example that can be guessed."""
    checks, known = lesson.file("checks").name, lesson.data("checks").get("predict", {})
    keys = [prediction.key for prediction in predictions]
    said = [f"add prediction {key} to {checks}" for key in keys if key not in known]
    said += [
        f"{checks} has prediction {key}, but no cell asks it" for key in known if key not in keys
    ]
    for key, entry in known.items():
        try:
            question(as_table(entry)).take(entry["example"])
        except (Unfit, AuthorError) as error:
            said.append(f"{lesson.line('checks', 'predict', key, 'example')}: {error}")
    return said


def _values(lesson: Lesson, predictions: list[Prediction]) -> list[str]:
    """Insist that no value which a reveal sets stands in a text read before the guess."""
    sets = {
        name: prediction.key
        for prediction in predictions
        if prediction.reveal
        for name in stubs.assigned(prediction.reveal.source)
    }
    return [
        f"`{{{{{text}}}}}` tells the result of prediction {sets[name]} before the guess; tag the "
        "text `reveal`, right after the cell that calls `beside`"
        for cell in lesson.cells
        if cell.cell_type == "markdown" and not set(STUDENT.drops) & set(tags(cell))
        for text in inserts.BRACES.findall(cell.source)
        if (name := text.partition(":")[0].strip()) in sets
    ]


# Spoilers: what would give a result away


def spoilt(lesson: Lesson, student: NotebookNode, solution: NotebookNode) -> list[str]:
    """Return the spoilers that a student sees before the guess, and those that spoil nothing.

    Parameters
    ----------
    lesson : Lesson
    student, solution : NotebookNode
        Its executed editions.
    """
    known = lesson.data("checks").get("predict", {})
    reveals = {prediction.key: prediction for prediction in walk(solution.cells)}
    said = []
    for prediction in walk(student.cells):
        seen = _seen(student.cells, prediction)
        told = reveals[prediction.key]
        shown = "\n".join(_words(cell) for cell in [told.reveal, *told.texts] if cell)
        for place, spoiler in enumerate(known.get(prediction.key, {}).get("spoilers", [])):
            where = lesson.line("checks", "predict", prediction.key, "spoilers")
            if place_of := found(spoiler, seen):
                said.append(
                    f"{where}: {spoiler!r} stands before the guess {prediction.key} that it "
                    f"answers: {place_of!r}; move it into a `reveal` cell"
                )
            if not found(spoiler, shown):
                said.append(
                    f"{where}: spoiler {place + 1}, {spoiler!r}, does not stand in what the reveal "
                    f"of {prediction.key} says; name what does"
                )
    return said


def _seen(cells: list[NotebookNode], prediction: Prediction) -> str:
    """Return what a student sees before the guess: all texts and code, and the outputs so far."""
    parts, before = [], True
    for cell in cells:
        parts.append(readable(cell.source) if cell.cell_type == "markdown" else cell.source)
        if before and cell.cell_type == "code":
            parts.append(_words(cell))
        if prediction.reveal is not None and cell.id == prediction.reveal.id:
            before = False
    return "\n".join(parts)


def _words(cell: NotebookNode) -> str:
    """Return the words of a text cell, or of what a code cell has shown."""
    if cell.cell_type == "markdown":
        return readable(cell.source)
    outputs = cell.get("outputs", [])
    return "\n".join(
        str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
        for output in outputs
    )


def found(spoiler: str, text: str) -> str:
    """Return where a spoiler stands in a text, with some words around it; else nothing."""
    words, text = r"\s+".join(map(re.escape, spoiler.split())), text.replace("*", "")
    match = re.search(rf"(?<![\w.]){words}(?![\w%]|\.\d)", text, re.IGNORECASE)
    return " ".join(text[max(0, match.start() - 20) : match.end() + 20].split()) if match else ""
