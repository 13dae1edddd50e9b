"""Chapter 06's exercises: the exponent of two terms is that of the hard tasks."""

from __future__ import annotations

import itertools

import pytest

from scalinglab import random_features as rf
from scalinglab.exercises import grade
from scalinglab.exercises.bank import find


def test_the_exponent_of_two_terms_is_that_of_the_hard_tasks_of_chapter_06():
    for a, b in itertools.product((1.3, 1.8), (1.1, 1.6)):
        published = rf.compute_optimal_exponents(a, b, law="published").loss
        assert find("06-two-terms").oracle(a - 1, (a - 1) / b) == pytest.approx(published, rel=1e-6)


@pytest.mark.parametrize("law", ["corrected", "published"])
def test_a_swapped_pair_is_called_so_by_whatever_law_it_was_found(law):
    def swapped(factor, a, b):
        found = rf.compute_optimal_exponents(a, b, law=law)
        return factor**found.time, factor**found.width

    for seed in range(5):
        result = grade(find("06-divide"), swapped, seed=seed)
        assert "swapped" in result.diagnosis
        assert "You swapped the two" in result.message
        assert ("published" in result.diagnosis) == (law == "published")


def test_a_pair_that_is_swapped_for_hard_or_for_easy_tasks_alone_is_told_for_which():
    for kind in ("hard", "easy"):

        def swapped(factor, a, b, kind=kind):
            found = rf.compute_optimal_exponents(a, b)
            pair = factor**found.width, factor**found.time
            return pair[::-1] if (a - 1 <= b) == (kind == "hard") else pair

        result = grade(find("06-divide"), swapped, seed=1)
        assert result.diagnosis == f"swapped for {kind} tasks"
