"""Curves in bounded memory."""

from __future__ import annotations

import math

from jupyter_easymaker.metrics.series import MAX_POINTS, Series, thinned


def test_few_values_are_kept_as_they_are() -> None:
    series = Series()
    for number in range(500):
        series.add(None, None, float(number))
    assert series.points(1000) == [(number, None, float(number)) for number in range(500)]
    assert (series.last, series.min, series.max, series.count) == (499.0, 0.0, 499.0, 500)


def test_a_million_values_are_few_points_that_keep_ends_and_peaks() -> None:
    series = Series()
    for number in range(1_000_000):
        series.add(number, None, 1000.0 if number == 654_321 else math.sin(number / 1000))
    points = series.points(MAX_POINTS)
    assert len(points) <= MAX_POINTS
    assert (points[0][0], points[-1][0]) == (0, 999_999)
    assert (654_321, None, 1000.0) in points
    steps = [step for step, _, _ in points]
    assert steps == sorted(steps)
    # Evenly: no part of the curve is left with far fewer points than another.
    counts = [sum(1 for step in steps if part <= step / 100_000 < part + 1) for part in range(10)]
    assert max(counts) <= 2.5 * min(counts)


def test_a_value_that_is_no_number_is_counted_and_drawn_nowhere() -> None:
    series = Series()
    for value in (1.0, math.nan, math.inf, 2.0):
        series.add(None, None, value)
    assert (series.count, series.not_finite, series.points(10)) == (4, 2, [(0, None, 1.0), (3, None, 2.0)])
    assert (series.min, series.max) == (1.0, 2.0)


def test_thinning_to_two_leaves_the_ends() -> None:
    points = [(number, None, float(number)) for number in range(100)]
    assert thinned(points, 2) == [points[0], points[-1]]
    assert len(thinned(points, 7)) <= 7
