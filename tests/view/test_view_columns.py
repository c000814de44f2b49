from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest

from mtdsl.plan.model import Batch, Curve, Parent, Piece, Run, Start
from mtdsl.registry import installed
from mtdsl.view import columns


def made(plan, points=20):
    return {column.name: column for column in columns.of(plan, installed(), points)}


def test_columns_stand_in_the_order_they_run_and_know_who_goes_on(plan):
    found = made(plan)
    assert list(found) == list(plan.order)
    assert [column.follows for column in found.values()] == [False, True, False, True, True]


def test_points_run_from_the_first_token_to_the_last(plan):
    for column in made(plan).values():
        at = [point.tokens for point in column.points]
        assert at == sorted(set(at))
        assert not at or (at[0], at[-1]) == (0, column.tokens)


def test_warm_up_ends_at_its_step_and_not_between_two_points(plan):
    points = made(plan, points=2)["stable"].points
    reached = next(point for point in points if point.lr == pytest.approx(1e-3))
    assert reached.tokens == 19 * 8192  # read at the tokens after the step, so the twentieth step is at the peak


def test_a_jump_inside_a_phase_is_between_neighbouring_steps(plan):
    stable = plan.phases[0]
    half = Fraction(stable.tokens, 2)
    high, low = Fraction(1, 1000), Fraction(1, 10000)
    jump = Curve((Piece(Fraction(0), half, high, high), Piece(half, Fraction(stable.tokens), low, low)))
    points = made(replace(plan, phases=(replace(stable, lr=jump), *plan.phases[1:])), points=3)["stable"].points
    ((before, after),) = [(a, b) for a, b in pairwise(points) if a.lr != b.lr]
    assert after.tokens - before.tokens == 8192


def test_shares_that_need_sizes_nobody_knows_are_none(ruled):
    column = made(ruled)["stable"]
    assert {point.shares for point in column.points} == {None}


def test_a_growing_batch_shows_both_sizes(plan):
    stable = replace(plan.phases[0], batch=Batch(512, (Run(100, 8), Run(200, 20))))
    points = made(replace(plan, phases=(stable, *plan.phases[1:])))["stable"].points
    assert [point.batch for point in points if point.tokens in (0, 99 * 8 * 512, 100 * 8 * 512)] == [8, 8, 20]


def test_a_start_stands_first_and_a_phase_without_steps_has_no_points(plan):
    begun = replace(plan, starts=(Start("trunk", None, 5 * 10**12),))
    begun = replace(begun, phases=(replace(plan.phases[0], parents=(Parent("trunk"),), steps=0, tokens=0), *plan.phases[1:]))
    found = made(begun)
    assert next(iter(found)) == "trunk"
    assert found["stable"].follows
    assert found["stable"].points == ()
