import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest

from mtdsl.plan.model import Asked, Batch, Parent, Run, Start, Term, Test
from mtdsl.registry import installed
from mtdsl.view import svg
from mtdsl.view.svg.style import GLYPH

SPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def crowded(plan):
    """Twenty phases in a row after the others, the last of them tiny."""
    last = plan.phases[-1]
    more = [replace(last, name=f"a_rather_long_name[{n}]", parents=(Parent("long"),), tokens=8192, steps=1) for n in range(20)]
    return replace(plan, phases=(*plan.phases, *more), order=(*plan.order, *(phase.name for phase in more)))


def drawn(plan):
    return ET.fromstring(svg.render(plan, installed()))


def texts(picture):
    """Text, baseline, left and right edge, at a little less than the width that the layout reckons with."""
    for element in picture.iter(f"{SPACE}text"):
        wide, x = len(element.text or "") * GLYPH * 0.9, float(element.get("x"))
        left = {"middle": x - wide / 2, "end": x - wide}.get(element.get("text-anchor"), x)
        yield element.text, float(element.get("y")), left, left + wide


@pytest.mark.parametrize("name", ["plan", "ruled", "crowded"])
def test_no_text_lies_on_another_or_outside_the_page(name, request):
    picture = drawn(request.getfixturevalue(name))
    found = list(texts(picture))
    for (one, y, left, right), (other, at, begin, end) in combinations(found, 2):
        assert abs(y - at) >= 10 or right <= begin or end <= left, f"{one!r} and {other!r} overlap"
    assert all(
        left >= 0 and right <= float(picture.get("width")) and 0 < y <= float(picture.get("height"))
        for _, y, left, right in found
    )


def test_names_are_whole_however_short_the_phase(crowded):
    said = {text for text, *_ in texts(drawn(crowded))}
    assert {"stable", "soup", "a_rather_long_name[19]"} <= said


def test_it_stands_alone_and_follows_the_readers_light_or_dark(plan):
    text = svg.render(plan, installed())
    assert "prefers-color-scheme: dark" in text
    assert "<script" not in text
    assert "href" not in text
    assert text.count("http") == 1  # the namespace


def test_the_shares_of_a_phase_fill_the_track(plan):
    picture = drawn(plan)
    areas = {}
    for group in picture.iter(f"{SPACE}g"):
        tip, polygon = group.findtext(f"{SPACE}title"), group.find(f"{SPACE}polygon")
        if polygon is not None and "anneal[1]:" in tip and "%" in tip:
            areas[tip] = [tuple(map(float, pair.split(","))) for pair in polygon.get("points").split()]
    assert set(areas) == {"code in anneal[1]: 20% → 90%", "tests in anneal[1]: 80% → 0%", "docs in anneal[1]: 0% → 10%"}
    left = min(x for area in areas.values() for x, _ in area)
    heights = {tip: max(y for x, y in area if x == left) - min(y for x, y in area if x == left) for tip, area in areas.items()}
    assert sum(heights.values()) == pytest.approx(112, abs=0.3)
    assert heights["tests in anneal[1]: 80% → 0%"] == pytest.approx(0.8 * 112, abs=0.3)


def test_the_rate_is_drawn_to_scale(plan):
    group = next(
        group
        for group in drawn(plan).iter(f"{SPACE}g")
        if group.findtext(f"{SPACE}title") == "learning rate in anneal[2]: 1e-3 → 0"
    )
    heights = [float(pair.split(",")[1]) for pair in group.find(f"{SPACE}polyline").get("points").split()]
    assert heights[-1] - heights[0] == pytest.approx(76, abs=0.2)
    assert heights == sorted(heights)


def test_a_fork_is_drawn_as_an_arc_from_its_trunk(plan):
    arcs = [path for path in drawn(plan).iter(f"{SPACE}path") if path.get("class") == "flow"]
    assert len(arcs) == 2  # stable to anneal[2], anneal[1] to soup; the other edges lead to the next column


def test_shares_that_nobody_knows_yet_are_not_drawn(ruled):
    picture = drawn(ruled)
    assert "natural(code, docs)" in {text for text, *_ in texts(picture)}
    assert not [title for title in picture.iter(f"{SPACE}title") if "in stable:" in (title.text or "") and "%" in title.text]


def test_a_batch_that_grows_at_every_step_is_drawn_as_a_ramp(plan):
    ramp = replace(plan.phases[0], batch=Batch(512, tuple(Run(1, 8 + step) for step in range(300))))
    picture = drawn(replace(plan, phases=(ramp, *plan.phases[1:])))
    group = next(
        group
        for group in picture.iter(f"{SPACE}g")
        if (group.findtext(f"{SPACE}title") or "").startswith("batch in stable: 8 → 307")
    )
    pairs = [tuple(map(float, pair.split(","))) for pair in group.find(f"{SPACE}polygon").get("points").split()]
    heights = [y for _, y in pairs[1:-1]]
    assert heights == sorted(heights, reverse=True)
    assert pairs[0][1] - heights[-1] == pytest.approx(24, abs=0.2)
    assert len(pairs) < 100


def after(plan, start, **first):
    """The plan behind a checkpoint made elsewhere, its first phase otherwise."""
    trunk = replace(plan.phases[0], parents=(Parent("base"),), **first)
    return replace(plan, starts=(start,), phases=(trunk, *plan.phases[1:]))


def ends(plan):
    """What the axis of tokens seen says at the end of the phases."""
    picture = drawn(plan)
    return [text.text for text in picture.iter(f"{SPACE}text") if text.get("y") == axis_of(picture) and text.text]


def axis_of(picture):
    name = next(text for text in picture.iter(f"{SPACE}text") if text.text == "tokens seen")
    return f"{float(name.get('y')) + 4:g}"


def test_behind_a_start_of_unknown_tokens_the_axis_has_no_numbers(plan):
    bare = after(plan, Start("base", weights=None, tokens=None))
    assert ends(bare) == ["unknown"] * 4
    assert "the weights have then seen" not in svg.render(bare, installed())
    assert ends(after(plan, Start("base", weights=None, tokens=10**9)))[0] == "2.46M (declared)"


def test_a_phase_that_may_end_early_has_at_most_its_tokens(plan):
    stop = Test("<", (Term(metric="loss"), Term(value=Fraction(2))))
    picture = drawn(after(plan, Start("base", weights=None, tokens=0), stop=stop, certainty="bounded"))
    said = {text for text, *_ in texts(picture)}
    assert "at most 2.46M tokens" in said
    assert any(text.startswith("4 phases · at most ") for text in said if text)


def test_epochs_are_as_sure_as_the_sizes_of_their_sources(plan):
    counted = after(plan, Start("base", weights=None, tokens=0), asked=Asked("epochs", Fraction(2)), certainty="measured")
    assert "2.46M tokens (measured)" in {text for text, *_ in texts(drawn(counted))}
