import json

import pytest

from dsrct_edu.classroom import worked_answer
from dsrct_edu.errors import InputError
from dsrct_edu.resources import find


def test_each_exercise_of_a_lesson_has_a_worked_answer():
    path = next(find("notebooks", "solutions").glob("05_*.ipynb"))
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    for number in range(1, 5):
        answer = worked_answer(f"05.{number}")
        assert answer.code in sources
        assert answer.text.startswith("**Worked answer.**")
        assert answer.code in repr(answer)
        assert "```python" in answer._repr_markdown_()
    assert worked_answer("05.2").code == 'order = "c a d b"'


@pytest.mark.parametrize("key", ["05.99", "99.1", "", None, "*"])
def test_unknown_exercises_are_refused(key):
    with pytest.raises(InputError, match="the number of an exercise"):
        worked_answer(key)
