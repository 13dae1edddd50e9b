"""Chapter 04's exercises: what is counted is what a function needs to be known, and the messages' numbers are true."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from scalinglab.exercises.bank import find


def wrong(key: str, name: str):
    return next(mistake for mistake in find(key).mistakes if mistake.name == name)


def waves(band: int, dimension: int, samples: int) -> np.ndarray:
    """All cosines and sines of a band at random places on the torus, one row for each sample: most are there twice."""
    places = np.random.default_rng(0).uniform(size=(samples, dimension))
    frequencies = np.array(list(product(range(-band, band + 1), repeat=dimension)))
    angles = 2 * np.pi * places @ frequencies.T
    return np.hstack([np.cos(angles), np.sin(angles)])


@pytest.mark.parametrize(("band", "dimension"), [(1, 1), (5, 1), (3, 2), (1, 3), (0, 2)])
def test_the_unknowns_are_the_rank_of_all_waves_and_so_the_samples_that_are_needed(band, dimension):
    unknowns = find("04-unknowns").oracle(band, dimension)
    assert np.linalg.matrix_rank(waves(band, dimension, 4 * unknowns)) == unknowns
    # With one sample fewer, each sample still says something new: that leaves one direction open, and no more.
    assert np.linalg.matrix_rank(waves(band, dimension, unknowns)) == unknowns
    assert np.linalg.matrix_rank(waves(band, dimension, unknowns - 1)) == unknowns - 1


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("no constant", 36),
        ("no constant, counted once", 48),
        ("no negative frequencies", 16),
        ("positive frequencies only", 9),
        ("dimensions added", 14),
        ("one dimension", 7),
        ("complex coefficients counted twice", 98),
        ("one for each pair", 25),
        ("a disc of frequencies", 29),
        ("one too many", 50),
    ],
)
def test_the_counts_in_the_messages_are_those_of_the_mistakes(name, count):
    mistake = wrong("04-unknowns", name)
    assert mistake.wrong(3, 2) == count
    assert f" {count} " in mistake.message.translate(str.maketrans(",:", "  "))
    assert find("04-unknowns").oracle(3, 2) == 49


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("running sums", {"0.03": 0, "0.09": 1, "0.13": 2}),
        ("lowest error counted as capacity", {"0.05": 0}),
        ("optimisation measured from the best in class", {"0.10": 2}),
        ("negative parts", {"-0.03": 0, "-0.06": 1, "-0.04": 2}),
        ("wrong order", {"0.03": 2}),
        ("data and optimisation swapped", {"0.06": 2}),
        ("ratios", {"2.5": 0, "2.2": 1, "1.36": 2}),
        ("shares", {"0.23": 0, "0.46": 1, "0.31": 2}),
    ],
)
def test_the_parts_in_the_messages_are_those_of_the_mistakes(name, parts):
    mistake = wrong("04-split", name)
    answer = mistake.wrong(0.02, 0.05, 0.11, 0.15)
    for text, place in parts.items():
        assert text in mistake.message
        assert answer[place] == pytest.approx(float(text), abs=0.51 * 10.0 ** -len(text.partition(".")[2]))


def test_the_parts_of_the_messages_are_3_6_and_4_hundredths():
    assert find("04-split").oracle(0.02, 0.05, 0.11, 0.15) == pytest.approx([0.03, 0.06, 0.04], rel=1e-12)


def test_one_of_the_splits_has_a_negative_part_for_every_student():
    for seed in range(50):
        lowest, _best, exact, trained = find("04-split").draw(seed)[-1]
        assert lowest < trained < exact
