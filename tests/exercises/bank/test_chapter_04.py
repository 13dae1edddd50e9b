"""Chapter 04's exercises: what is counted is what a function needs to be known, and the messages' numbers are true."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from scalinglab.exercises.bank import find
from tests.exercises.bank.messages import as_written, mistake_of


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
    mistake = mistake_of("04-unknowns", name)
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
    mistake = mistake_of("04-split", name)
    answer = mistake.wrong(0.02, 0.05, 0.11, 0.15)
    for text, place in parts.items():
        assert text in mistake.message
        assert answer[place] == as_written(text)


def test_the_parts_of_the_messages_are_3_6_and_4_hundredths():
    assert find("04-split").oracle(0.02, 0.05, 0.11, 0.15) == pytest.approx([0.03, 0.06, 0.04], rel=1e-12)


def test_one_of_the_splits_has_a_negative_part_for_every_student():
    for seed in range(50):
        lowest, _best, exact, trained = find("04-split").draw(seed)[-1]
        assert lowest < trained < exact


def test_a_sampled_target_has_the_error_of_the_grid_exercise():
    """Least squares on drawn phases and noise, 4,000 times: the mean is within three standard errors."""
    band, samples, power, noise = 2, 7, [0.5, 0.8, 0.3, 0.4, 0.2, 0.3, 0.1], 0.4
    generator, fine = np.random.default_rng(0), np.arange(64) / 64
    places = np.arange(samples) / samples
    errors = []
    for _ in range(4000):
        phases = generator.uniform(0, 2 * np.pi, len(power))
        target = lambda x, phases=phases: sum(  # noqa: E731
            math.sqrt(p) if k == 0 else math.sqrt(2 * p) * np.cos(2 * np.pi * k * x + phases[k])
            for k, p in enumerate(power)
        )
        labels = target(places) + noise * generator.normal(size=samples)
        fit = np.fft.rfft(labels)[: band + 1] / samples
        fitted = fit[0].real + 2 * (fit[1:] @ np.exp(2j * np.pi * np.outer(np.arange(1, band + 1), fine))).real
        errors.append(np.mean((fitted - target(fine)) ** 2))
    expected = find("04-grid").oracle(band, samples, power, noise)
    assert abs(np.mean(errors) - expected) < 3 * np.std(errors) / math.sqrt(len(errors))


def test_the_frequency_that_a_mistake_shows():
    assert [find("04-alias").oracle(29, 12), find("04-alias").oracle(13, 12)] == [5, 1]
    mirrored = next(one for one in find("04-alias").mistakes if one.name == "always mirrored")
    assert mirrored.wrong(29, 12) == 7
