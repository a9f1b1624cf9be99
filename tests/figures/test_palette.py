"""A colour means one thing in the whole course, and every reader can tell it."""

import ast
import itertools
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import page
import pandas as pd
import pytest
import tables
from matplotlib.colors import BASE_COLORS, CSS4_COLORS, to_hex, to_rgb

from dsrct_edu import figures
from dsrct_edu.figures import palette
from tools import views

SOURCE = Path(__file__).resolve().parents[2] / "src"
LITERAL = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b|\b(?:rgba?|hsla?)\(")
NAMES = set(CSS4_COLORS) | set(BASE_COLORS) | {f"tab:{name}" for name in ("blue", "orange")}
WORDS = {"c", "r", "k", "w", "b", "m", "g", "y"}  # that are also names of colours
STYLED = re.compile(r"(?:color|background|border[\w-]*|fill|stroke)\s*[:=]\s*[\"']?([^;\"'{}<]*)")


def named_colours(text):
    """Names of colours that a piece of CSS or SVG gives to something."""
    return [
        word
        for value in STYLED.findall(text)
        for word in re.findall(r"(?<![-\w])[a-z]+(?![-\w])", value)
        if word in set(CSS4_COLORS)
    ]


def literals(path):
    text = path.read_text(encoding="utf-8")
    found = [hit for hit in LITERAL.findall(text) if not re.fullmatch(r"#\d{3}", hit)]
    if path.suffix != ".py":
        return found + named_colours(text)
    strings = [
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    found += [value for value in strings if value in NAMES - WORDS]
    return found + [hit for value in strings for hit in named_colours(value)]


FILES = [
    path
    for path in sorted(SOURCE.rglob("*"))
    if path.suffix in {".py", ".pyi", ".j2", ".css", ".html", ".js", ".json", ".svg", ".toml"}
    and path.name != "palette.py"
    and "egg-info" not in str(path)
]


def test_no_colour_stands_outside_the_palette():
    assert {str(p.relative_to(SOURCE)): literals(p) for p in FILES if literals(p)} == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", 'x = "#0072B2"'),
        ("a.py", "axes.axhline(0, color='black')"),
        ("a.py", 'STYLE = "p{color:red}"'),
        ("a.css", "p { border-left: 1px solid grey }"),
        ("a.css", "p { color: rgb(1, 2, 3) }"),
    ],
)
def test_a_literal_would_be_found(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert literals(tmp_path / name)
    (tmp_path / name).write_text('STYLE = "p{color:var(--ink)}"', encoding="utf-8")
    assert not literals(tmp_path / name)


def lab(linear):
    """CIE L*a*b* of linear RGB, in which distances are about what eyes see."""
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.clip(linear, 0, 1) @ np.array(matrix).T / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    light = 116 * f[..., 1] - 16
    return np.stack([light, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def distances(looks, view):
    share = np.array([to_rgb(look.colour) for look in looks])
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    if view == "deuteranope":
        linear = linear @ views.DEUTERANOPIA.T
    if view == "grey":
        linear = np.repeat((linear @ [0.2126, 0.7152, 0.0722])[:, None], 3, axis=1)
    seen = lab(linear)
    return np.linalg.norm(seen[:, None] - seen[None], axis=2)


MARKS = ("dash", "marker", "hatch")


@pytest.mark.parametrize("looks", [list(palette.MEANINGS.values()), list(palette.NEUTRALS)])
def test_looks_are_told_apart(looks):
    """By colour; and where a reader sees none, by each of dash, marker and hatch alone."""
    apart = distances(looks, "colour")[np.triu_indices(len(looks), 1)]
    assert apart.min() > 15
    for mark in MARKS:
        assert len({getattr(look, mark) for look in looks}) == len(looks)


def test_the_two_arms_need_no_marks():
    for view in ("colour", "deuteranope", "grey"):
        assert distances([palette.HIPEC, palette.NO_HIPEC], view)[0, 1] > 7


def test_no_neutral_looks_like_a_meaning():
    both = [*palette.MEANINGS.values(), *palette.NEUTRALS]
    between = distances(both, "colour")[: len(palette.MEANINGS), len(palette.MEANINGS) :]
    assert between.min() > 12


def test_every_sort_of_name_is_known():
    said = {
        "HIPEC": ["HIPEC", "with HIPEC", "hipec", "after HIPEC", "HIPEC if completely resected"],
        "no HIPEC": ["no HIPEC", "without HIPEC", "no_hipec", "never HIPEC"],
        "waiting": ["waiting", "waiting for HIPEC"],
        "peritoneal": ["peritoneal", "peritoneal relapse"],
        "hepatic": ["hepatic", "liver"],
        "death": ["death", "died before", "death without relapse"],
        "censored": ["censored", "last seen alive"],
        None: ["CC 2", "all", True, False, 3, "trial", "alive at 5 years", "no residual disease"],
    }
    for meaning, labels in said.items():
        assert {palette.meaning(label) for label in labels} == {meaning}


def test_thirty_six_groups_differ():
    looks = palette.looks([f"group {k}" for k in range(36)])
    assert len({(look.colour, look.dash) for look in looks}) == 36
    arms = palette.looks([f"HIPEC, stage {k}" for k in range(3)])
    assert {arm.colour for arm in arms} == {palette.HIPEC.colour}
    assert len({arm.dash for arm in arms}) == len({arm.marker for arm in arms}) == 3


def colours_of(artists):
    return {to_hex(artist.get_color()) for artist in artists}


def test_hipec_has_one_colour_in_every_family(found):
    hipec, none = palette.HIPEC.colour.lower(), palette.NO_HIPEC.colour.lower()
    names = ["no HIPEC", "HIPEC"]
    for order in (names, names[::-1]):  # whoever comes first
        curves, counts = tables.survival(order)
        page = figures.survival_curves(curves, counts)
        assert colours_of(found(page, "curve:HIPEC")) == {hipec}
        assert colours_of(found(page, "curve:no_HIPEC")) == {none}
    gates = pd.DataFrame({"gate": ["seen", "operated", "HIPEC"], "n": [50, 30, 20]})
    rooms = figures.doors(gates)
    assert colours_of(found(rooms, "room:2")) == {hipec}
    assert colours_of(found(rooms, "room:1")) == {none}
    tinted = figures.style.tint
    faces = {
        "overlap": (figures.overlap(tables.SCORES).axes[0].patches, 0.72),
        "flow": (figures.patient_flow(gates).axes[0].patches[2:3], 0.75),
        "lanes": (found(figures.swimmer_lanes(tables.LANES), "state:after_HIPEC"), 0.72),
        "futures": (found(figures.two_futures(tables.FUTURES), "future:with_HIPEC")[:1], 0.75),
    }
    for family, (drawn, share) in faces.items():
        face = np.atleast_2d(drawn[0].get_facecolor())[0]
        assert to_hex(face) == tinted(hipec, share), family


def test_relapse_sites_have_one_colour(found):
    shares = {"death": 0.1, "distant": 0.1, "hepatic": 0.2, "peritoneal": 0.4}
    for order in itertools.islice(itertools.permutations(shares), 4):
        page = figures.cumulative_incidence(tables.incidence({c: shares[c] for c in order}))
        for cause in order:
            (band,) = found(page, f"band:{cause}")
            expected = figures.style.tint(palette.MEANINGS[cause].colour, 0.72)
            assert to_hex(band.get_facecolor()[0]) == expected
            assert band.get_hatch() == palette.MEANINGS[cause].hatch


def test_a_check_needs_no_drawing():
    code = (
        "import sys, dsrct_edu as d; d.check; d.predict; d.quiz; "
        "assert 'matplotlib' not in sys.modules, 'drawn'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_palette_as_css():
    named = dict(re.findall(r"--([\w-]+):(#\w{6})", palette.css()))
    assert named["hipec"] == palette.HIPEC.colour
    assert {look.colour for look in palette.MEANINGS.values()} <= set(named.values())
    assert len(page.NAMES) == len(set(page.NAMES))
