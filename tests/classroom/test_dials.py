"""Dials: a picture and its words, the same with and without a kernel."""

import re

import pytest

from dsrct_edu.classroom import dials, live
from dsrct_edu.errors import InputError


class Drawn:
    def __init__(self, words):
        self.words = words

    def describe(self):
        return self.words

    def html(self):
        return f'<img alt="{self.words}" src="data:image/png;base64,AAAA">'


@pytest.fixture
def dial():
    control = dials.Control("Strength", (0, 1, 2), 1)
    return dials.Dial(
        "Selection", lambda strength: Drawn(f"strength {strength}"), {"strength": control}
    )


def test_the_still_picture_has_words(dial):
    bundle = dial._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == "Selection (Strength 1). strength 1"
    assert '<img alt="strength 1"' in bundle["text/html"]
    assert repr(dial) == bundle["text/plain"]


def test_a_live_kernel_adds_the_view_and_changes_nothing_else(dial, monkeypatch):
    still = dial._repr_mimebundle_()
    monkeypatch.setattr(live, "kernel_runs", lambda: True)
    bundle = dial._repr_mimebundle_()
    assert bundle.pop(live.WIDGET_VIEW)
    assert bundle == still


def test_turning_the_dial_sets_a_new_picture(dial):
    _, slider, shown = dial.widget().children
    assert "strength 1" in shown.value
    slider.value = 2
    assert '<img alt="strength 2"' in shown.value


def test_settings_off_the_slider_are_refused(dial):
    with pytest.raises(InputError, match="strength=7"):
        dial.at(strength=7)
    with pytest.raises(InputError, match="other=1"):
        dial.at(other=1)


def test_a_figure_without_words_is_refused():
    with pytest.raises(InputError, match="carries its own words"):
        live.picture(object())


def test_sample_size_describes_what_it_draws():
    dial = dials.sample_size()
    image, words = dial.at(patients=40, draw=2)
    assert re.match(r'<img alt="[^"]{40,}"', image)
    assert "months" in words
    assert dial.at(patients=40, draw=3)[1] != words
    assert dial.at(patients=40, draw=2)[1] == words
