"""Chapter 06's exercises: the exponent of two terms is that of the hard tasks."""

from __future__ import annotations

import itertools

import pytest

from scalinglab import random_features as rf
from scalinglab.exercises.bank import find


def test_the_exponent_of_two_terms_is_that_of_the_hard_tasks_of_chapter_06():
    for a, b in itertools.product((1.3, 1.8), (1.1, 1.6)):
        published = rf.compute_optimal_exponents(a, b, law="published").loss
        assert find("06-two-terms").oracle(a - 1, (a - 1) / b) == pytest.approx(published, rel=1e-6)
