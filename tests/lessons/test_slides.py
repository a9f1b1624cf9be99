"""Cells become blocks, and blocks slides on which all has room and no answer is given away."""

import base64
import re
import struct

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dsrct_edu.authoring import blocks, course, grids, heights, paging, slides
from dsrct_edu.authoring.blocks import Block
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.authoring.widths import lines

LABELS = {"ci_low": "from", "ci_high": "to", "True": "yes", "False": "no"}


def text(source, *tags, **more):
    return new_markdown_cell(source, metadata={"tags": list(tags)}, **more)


def code(source, *tags, html=None, plain=None):
    data = {"text/html": html, "text/plain": plain}
    shown = {kind: part for kind, part in data.items() if part is not None}
    outputs = [new_output("execute_result", shown, execution_count=1)] if shown else []
    return new_code_cell(source, metadata={"tags": list(tags)}, outputs=outputs)


def picture(width=1000, height=500, words="A curve that falls."):
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(32)
    data = base64.b64encode(head).decode()
    return f'<img alt="{words}" width="{width}" src="data:image/png;base64,{data}">'


def frame(columns, rows, index=None):
    index = range(len(rows)) if index is None else index
    head = "".join(f"<th>{name}</th>" for name in ["", *columns])
    body = "".join(
        f"<tr><th>{name}</th>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
        for name, row in zip(index, rows, strict=True)
    )
    return (
        '<div><style scoped>td{}</style><table border="1" class="dataframe">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def blocks_of(*cells, labels=LABELS):
    return blocks.of_cells(list(cells), labels)


def slides_of(*cells):
    return [
        slide
        for section in paging.sections("Small steps", blocks_of(*cells))
        for slide in paging.slides(section)
    ]


def kinds(parts):
    return [part.kind for part in parts]


def words_of(made):
    return " ".join(part.body for slide in made for part in (*slide.blocks, *slide.answer)).split()


# Which cells an answer is made of

ASK = code('guess_1 = dsrct.predict("42.1", ...)', "predict")


@pytest.mark.parametrize(
    ("cells", "folded"),
    [
        ([code("guess.beside(7)"), text("From 3 to 7.")], [0]),
        ([code("guess.beside(7)"), code("curve.plot()"), text("It falls.")], [0, 1]),
        ([code("fit = 7"), code("guess.beside(fit)"), text("It falls.")], [0, 1]),
        ([code("guess.beside(7)"), text("7.", "reveal"), text("So?", "reveal")], [0, 1, 2]),
        ([code("guess.beside(7)"), text("7.", "reveal"), text("On."), code("x")], [0, 1]),
        ([code("guess.beside(7)"), text("Wait.", "instructor"), text("7.", "reveal")], [0, 2]),
        ([text("Not yet."), code("guess.beside(7)"), text("On.")], [1]),
    ],
)
def test_an_answer_is_what_follows_its_prediction(cells, folded):
    found = blocks.reveal_ids([ASK, *cells])
    assert [place for place, cell in enumerate(cells) if cell.id in found] == folded


def test_two_predictions_in_a_row_have_their_own_answers():
    cells = [ASK, code("a.beside(7)"), text("Next."), ASK, code("b.beside(8)"), text("End.")]
    found = blocks.reveal_ids(cells)
    assert [cell.source for cell in cells if cell.id in found] == ["a.beside(7)", "b.beside(8)"]


def test_a_short_answer_is_folded_below_its_question():
    asked, after = slides_of(
        text("## Guess\n\nHow many?", "slide"), ASK,
        code("guess_1.beside(7)", html="<div>It is 7.</div>"), text("Seven of ten.", "reveal"),
        text("So much for that."),
    )  # fmt: skip
    assert kinds(asked.blocks) == ["prose", "ask"]
    assert [part.body for part in asked.answer] == ["<div>It is 7.</div>", "Seven of ten."]
    assert [part.body for part in after.blocks] == ["So much for that."]


def test_an_answer_without_room_below_its_question_is_on_slides_of_its_own():
    asked, shown, told, after = slides_of(
        text("## Guess\n\nHow many?", "slide"), ASK,
        code("guess_1.beside(7)", html=f"<div>{picture(height=595)}<p>It is 7.</p></div>"),
        text("Seven of ten.", "reveal"), text("Later."),
    )  # fmt: skip
    assert asked.cue
    assert kinds(asked.blocks) == ["prose", "ask"]
    assert not asked.answer
    assert kinds(shown.blocks) == ["picture"]
    assert [part.body for part in told.blocks] == ["<p>It is 7.</p>", "Seven of ten."]
    assert [part.body for part in after.blocks] == ["Later."]


def test_a_slide_that_is_all_answer_is_folded():
    (slide,) = paging.slides(
        paging.Section("The gates", blocks=[Block("picture", picture(), "c", reveals=True,
                                                  size=(1000, 500))])
    )  # fmt: skip
    assert not slide.blocks
    assert kinds(slide.answer) == ["picture"]


# Tables and words


def read(html, labels=LABELS):
    return grids.read(BeautifulSoup(html, "html.parser").find("table"), labels)


def test_readers_words_stand_in_place_of_names_from_the_code():
    grid = read(frame(["ci_low", "death"], [[0.3, "True"], [0.4, "False"]]))
    assert grid.head == (("from", "death"),)
    assert grid.body == (("0.3", "yes"), ("0.4", "no"))
    assert grid.aligned() == ["right", "left"]
    (part,) = blocks_of(text("The column `ci_low` and `cc_code`."))
    assert part.body == "The column *from* and `cc_code`."


def test_row_numbers_go_and_names_of_rows_stay():
    assert read(frame(["age"], [[9], [23]], [15, 54])).labels == 0
    named = read(frame(["age"], [[9], [23]], ["A", "B"]))
    assert named.labels == 1
    assert named.body == (("A", "9"), ("B", "23"))


def test_the_name_of_an_index_moves_into_the_head():
    html = (
        "<table><thead><tr><th>cause</th><th>liver</th><th>lung</th></tr>"
        "<tr><th>arm</th><th></th><th></th></tr></thead>"
        "<tbody><tr><th>HIPEC</th><td>1</td><td>2</td></tr></tbody></table>"
    )
    assert read(html).head == (("arm", "liver", "lung"),)


def test_cells_that_span_rows_leave_blanks():
    html = (
        "<table><thead><tr><th>arm</th><th>cause</th><th>n</th></tr></thead><tbody>"
        '<tr><th rowspan="2">HIPEC</th><th>liver</th><td>1</td></tr>'
        "<tr><th>lung</th><td>2</td></tr></tbody></table>"
    )
    assert read(html).body == (("HIPEC", "liver", "1"), ("", "lung", "2"))


def test_one_long_row_becomes_a_column():
    grid = read(frame([f"c{number}" for number in range(9)], [range(9)]))
    assert grid.head == ()
    assert grid.body[3] == ("c3", "3")


def test_a_printed_series_is_a_table():
    shown = "operated    108\nci_low      0.3\nName: hipec, dtype: float64"
    (_, part) = blocks_of(code("x", plain=shown))
    assert part.grid.body == (("operated", "108"), ("from", "0.3"))
    (_, ages) = blocks_of(code("x", plain="0     9\n1    23\nName: age, dtype: int64"))
    assert ages.grid.body == (("9",), ("23",))


@pytest.mark.parametrize(
    "cell",
    [
        code("x", html=frame(["cc_code"], [[1]])),
        code("x", html=frame(["n"], [[1]], ["cc_code"])),
        code("x", html=frame(["method"], [["cc_code"]])),
        code("x", plain="cc_code    1\nn          2\ndtype: int64"),
        code("x", plain="   cc_code\n0        1"),
    ],
)
def test_a_name_from_the_code_is_refused_with_its_cell(cell):
    with pytest.raises(LessonError, match=rf"cell {cell.id}: .*from the code: cc_code; .*labels"):
        blocks_of(cell)


def test_what_is_skipped_may_name_columns_as_it_likes():
    assert blocks_of(code("x", "skip", html=frame(["cc_code"], [[1]]))) == []


def test_a_folder_of_ones_own_adds_labels(tmp_path):
    (tmp_path / "labels.toml").write_text('ci_low = "low"\nmine = "my own"\n', "utf-8")
    shared = course.read(tmp_path).labels
    assert (shared["ci_low"], shared["mine"]) == ("low", "my own")
    assert shared["at_risk"] == "at risk"
    (tmp_path / "labels.toml").write_text("ci_low = 3\n", "utf-8")
    with pytest.raises(LessonError, match=r"labels.toml, line 1: `ci_low` needs text"):
        course.read(tmp_path)


# Kinds of blocks


def test_a_dial_is_a_block_of_its_own_with_its_name():
    still = f'{picture()}<p role="status">At 50 patients it is wide.</p>'
    cell = code("dsrct.dials.sample_size()", html=still, plain="words")
    (listed, dial, said) = blocks_of(cell)
    assert (listed.kind, dial.kind, dial.name) == ("listing", "dial", "sample_size")
    assert (dial.size, dial.words) == ((1000, 500), "words")
    assert (said.kind, said.body) == ("html", "<p>At 50 patients it is wide.</p>")
    written = slides.page(
        "Small steps", slides.paged([paging.Section("Turn", blocks=[dial, said])])
    )
    assert re.search(r'data-dial="sample_size" data-words="words" [^>]*><img ', written)
    assert '<div class="prose said"><p>At 50 patients it is wide.</p></div>' in written


def test_a_bundle_is_taken_apart():
    svg = '<svg viewBox="0 0 900 120"><text>you</text></svg>'
    shown = f"<div class='box'><div>{picture()}</div>{svg}<p>It is 7.</p>loose</div>"
    parts = blocks_of(code("guess_1.beside(7)", html=shown))[1:]
    assert kinds(parts) == ["picture", "picture", "html", "html"]
    assert parts[1].size == (900, 120)
    assert parts[3].body == "<p>loose</p>"


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (code("2 + 3", plain="5"), "code"),
        (code("import dsrct_edu as dsrct"), "code"),
        (code("import pandas\nimport dsrct_edu"), "listing"),
        (code("a = 1\nb = 2\nc = 3\na + b + c", plain="6"), "listing"),
        (code("curve.plot()", html=picture()), "listing"),
        (code("guess_1.beside(7)", plain="7"), "listing"),
    ],
)
def test_code_is_on_a_slide_where_what_it_prints_needs_it(cell, kind):
    assert blocks_of(cell)[0].kind == kind


def test_words_at_the_end_of_a_cell_lose_their_quotes():
    (_, part) = blocks_of(code("f'{n} patients'", plain="'12 patients'"))
    assert (part.kind, part.body) == ("html", "<p>12 patients</p>")


# Filling slides


def room_left(slide):
    """Count again what stands on a slide: the room that is left, in units of its own size."""
    width = heights.SHAPE["width"] / slide.scale
    parts = [part for one in (*slide.blocks, *slide.answer) for part in one_by_one(one)]
    return paging.room_below(slide.title, slide.level, slide.scale) - sum(
        heights.height(part, width) for part in parts
    )


def one_by_one(part):
    return paging.split(Block("prose", part.body, part.cell)) if part.kind == "item" else [part]


SENTENCE = "Patients who got HIPEC lived longer, and that does not say what HIPEC did. "
LONG = {
    "paragraphs": "\n\n".join([SENTENCE * 4] * 9),
    "one paragraph": SENTENCE * 60,
    "a list": "\n".join(f"- {number} {SENTENCE}" for number in range(40)),
    "an item": f"- {SENTENCE * 60}",
    "a quotation": "\n".join(f"> {SENTENCE}" for _ in range(60)),
    "no full stop": "word " * 900,
    "emphasis": f"{SENTENCE * 20}**{SENTENCE.strip()}** {SENTENCE * 20}",
}


@pytest.mark.parametrize("source", LONG.values(), ids=LONG)
def test_long_prose_goes_on_under_the_same_heading_and_nothing_is_lost(source):
    made = slides_of(text(f"## Long\n\n{source}", "slide"))
    assert len(made) > 1
    assert {slide.title for slide in made} == {"Long"}
    assert [(slide.part, slide.parts) for slide in made] == [
        (part, len(made)) for part in range(1, len(made) + 1)
    ]
    assert [word for word in words_of(made) if word not in "->"] == [
        word for word in source.split() if word not in "->"
    ]
    assert all(room_left(slide) >= 0 for slide in made)
    assert all(part.body.count("**") % 2 == 0 for slide in made for part in slide.blocks)


def test_a_long_table_goes_on_under_its_head():
    rows = [[number, 2 * number] for number in range(40)]
    made = slides_of(text("## Many", "slide"), code("x", html=frame(["one", "two"], rows)))
    parts = [part for slide in made for part in slide.blocks]
    assert len(parts) > 2
    assert {part.grid.head for part in parts} == {(("one", "two"),)}
    assert [row for part in parts for row in part.grid.body] == [(str(a), str(b)) for a, b in rows]
    assert all(room_left(slide) >= 0 for slide in made)


def test_long_words_in_a_table_wrap_and_a_table_that_is_too_wide_is_refused():
    wide = frame(["asks", "here"], [[SENTENCE, SENTENCE * 2]])
    (slide,) = slides_of(text("## Wide", "slide"), code("x", html=wide))
    assert sum(heights.columns(slide.blocks[0])) <= heights.SHAPE["width"] + 1e-9
    names = [f"chemotherapy{number}" for number in range(7)]
    cell = code("x", html=frame(names, [range(7)] * 2))
    with pytest.raises(LessonError, match=rf"cell {cell.id}: its table has 7 columns, too wide"):
        slides_of(text("## Wide", "slide"), cell)


@pytest.mark.parametrize(
    ("height", "tall"), [(460, False), (595, False), (655, True), (680, True), (720, True)]
)
def test_a_picture_is_never_shrunk(height, tall):
    made = slides_of(text("## See\n\nLook.", "slide"), code("x", html=picture(height=height)))
    shown = next(slide for slide in made if "picture" in kinds(slide.blocks))
    assert shown.tall is tall
    assert 1 <= shown.grow <= 1.27
    down = height * heights.SHAPE["pixel"] * shown.grow
    assert down <= heights.SHAPE["height"] - heights.SHAPE["bar"]


def test_a_picture_leaves_room_for_the_button_that_opens_its_answer():
    asked = Block("picture", picture(height=550), "c", size=(1000.0, 550.0))
    answer = Block("picture", picture(height=600), "c", size=(1000.0, 600.0), reveals=True)
    shown, _ = paging.slides(paging.Section("The gates", blocks=[asked, answer]))
    assert shown.cue
    grown = 550 * heights.SHAPE["pixel"] * (shown.grow - 1)
    assert 0 < grown <= room_left(shown) - paging._CUE + 1e-9


def test_a_picture_without_room_is_refused():
    cell = code("x", html=picture(height=760))
    with pytest.raises(LessonError, match=rf"cell {cell.id}: the picture is too tall"):
        slides_of(text("## See", "slide"), cell)


def test_what_ends_in_a_colon_stays_with_what_it_announces():
    lead = f"{SENTENCE * 10}\n\nHere they are:"
    made = slides_of(text(f"## See\n\n{lead}", "slide"), code("x", html=picture()))
    assert kinds(made[-1].blocks) == ["prose", "picture"]
    assert made[-1].blocks[0].body == "Here they are:"


def test_few_words_are_drawn_larger():
    few, many = slides_of(
        text(f"## Few\n\n{SENTENCE}", "slide"), text(f"## Many\n\n{SENTENCE * 9}", "slide")
    )
    assert few.scale > many.scale >= 1


def test_headings_and_tags_begin_slides():
    made = slides_of(
        text("# Title\n\nHello.", "slide"), text("More.\n\n## Second\n\n### Deep\n\nText."),
        text("Third.", "subslide"), text("## Quiz"), code("dsrct.quiz('42')", "quiz"),
        text("Fourth.", "slide"),
    )  # fmt: skip
    assert [(slide.title, slide.level, slide.part, slide.parts) for slide in made] == [
        ("Title", 1, 1, 1), ("Second", 2, 1, 2), ("Second", 2, 2, 2), ("Quiz", 2, 1, 1),
    ]  # fmt: skip
    assert made[1].blocks[0].body == "**Deep**"


def test_notes_go_with_every_slide_of_their_heading():
    made = slides_of(
        text(f"## Long\n\n{LONG['paragraphs']}", "slide"), text("Say it.", "instructor"),
        text("## Next\n\nOn.", "slide"),
    )  # fmt: skip
    assert {slide.notes for slide in made if slide.title == "Long"} == {("Say it.",)}
    assert made[-1].notes == ()


def test_minutes_come_from_the_notes():
    cells = [
        text("# One\n\nHello.", "slide"), text("**Minutes 0-5.** Wait.", "instructor"),
        text("## Two\n\nOn.", "slide"),
        text("## Three\n\nOn.", "slide"), text("**Minutes 12-20.** Ask.", "instructor"),
    ]  # fmt: skip
    timed = slides._timed(paging.sections("One", blocks_of(*cells)))
    assert [section.mark for section in timed] == ["Minutes 0–5", "from minute 5", "Minutes 12–20"]


def test_lines_are_counted_for_wide_letters():
    assert lines("", 10) == 1
    assert lines("a b c", 100) == 1
    assert lines("CAPITALS IN A ROW", 10) > lines("capitals in a row", 10)
    assert lines("x" * 100, 10) == 6


# The page


def test_what_an_author_writes_is_no_markup():
    section = paging.Section("a < b & c", blocks=[Block("text", "<b>1 & 2</b>", "c")])
    page = slides.page("x </title>", slides.paged([section]), new_notebook())
    assert "<title>x &lt;/title&gt;</title>" in page
    assert 'aria-label="Slide 1 of 1: a &lt; b &amp; c"' in page
    assert '<pre class="text">&lt;b&gt;1 &amp; 2&lt;/b&gt;</pre>' in page


def test_colours_stand_in_one_place():
    page = slides.page("x", slides.paged([paging.Section("y", blocks=[Block("prose", "z", "c")])]))
    style = page[page.index("<style>") : page.index("</style>")]
    block, _, rest = style.partition("}")
    assert block.count("#") >= 5
    assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", re.sub(r"#[a-z]+", "", rest))) <= {"#000"}
