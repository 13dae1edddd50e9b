"""Chapter 08's exercises: the oracles are what the package computes, and the messages' numbers are true."""

from __future__ import annotations

import pytest

from scalinglab.exercises.bank import find
from scalinglab.pruning import entropy, largest_effective_parameters, largest_probability, mutual_information
from scalinglab.pruning.information.ceilings import binary_kl
from tests.exercises.bank.messages import as_written, mistake_of


@pytest.mark.parametrize("seed", range(5))
def test_the_oracles_are_what_the_package_computes(seed):
    for case in find("08-ceiling").draw(seed):
        assert find("08-ceiling").oracle(*case) == pytest.approx(largest_effective_parameters(*case), rel=1e-12)
    for (table,) in find("08-corrected").draw(seed):
        assert find("08-corrected").oracle(table) == pytest.approx(
            mutual_information(table, correction="miller-madow"), abs=1e-12
        )
    for q, bits in find("08-likeliest").draw(seed):
        assert find("08-likeliest").oracle(q, bits) == pytest.approx(largest_probability(q, bits), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_an_audit_has_the_information_of_its_masks_and_the_divergence_of_its_fits(seed):
    for masks, fits in find("08-audit").draw(seed):
        information, divergence = find("08-audit").oracle(masks, fits)
        own = sum(row[place] for place, row in enumerate(fits)) / len(fits)
        independent = sum(map(sum, fits)) / len(fits) ** 2
        assert information == pytest.approx(entropy([masks.count(mask) for mask in set(masks)]))
        assert divergence == pytest.approx(binary_kl(own, independent), abs=1e-12)
        assert divergence <= information


NUMBERS = [
    ("08-ceiling", (10, 2, 50), "bits", "7.49"),
    ("08-ceiling", (10, 2, 50), "choices left out", "36.7"),
    ("08-ceiling", (10, 2, 50), "both added", "40.5"),
    ("08-ceiling", (10, 2, 50), "weights left out", "3.81"),
    ("08-ceiling", (10, 2, 50), "order of the weights counted", "6.5"),
    ("08-ceiling", (10, 2, 50), "k log(N / k)", "5.22"),
    ("08-ceiling", (10, 2, 50), "k log(e N / k)", "7.22"),
    ("08-ceiling", (10, 2, 50), "entropy of a weight, N times", "7.00"),
    ("08-ceiling", (10, 2, 50), "each weight on or off", "8.93"),
    ("08-likeliest", (0.1, 0.5), "nats", "0.495"),
    ("08-likeliest", (0.1, 0.5), "arguments exchanged", "0.486"),
    ("08-likeliest", (0.1, 0.5), "one term only", "0.308"),
    ("08-likeliest", (0.1, 0.5), "a factor for each bit", "0.141"),
    ("08-likeliest", (0.1, 0.5), "Pinsker's inequality", "0.516"),
    ("08-likeliest", (0.1, 0.5), "the last step of the proof", "0.452"),
]


@pytest.mark.parametrize(("key", "case", "name", "number"), NUMBERS)
def test_the_numbers_in_the_messages_are_those_of_the_mistakes(key, case, name, number):
    mistake = mistake_of(key, name)
    assert mistake.wrong(*case) == as_written(number)
    assert f" {number} " in mistake.message.replace(",", " ")


def test_what_the_messages_say_of_bits_and_nats():
    masks, fits = ["a", "a", "b", "b"], [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    assert find("08-audit").oracle(masks, fits)[0] == 1
    assert mistake_of("08-audit", "nats").wrong(masks, fits)[0] == pytest.approx(0.69, abs=0.005)
    assert mistake_of("08-audit", "every labeling with a mask of its own").wrong(masks, fits)[0] == 2
    assert find("08-ceiling").oracle(10, 2, 50) == pytest.approx(5.81, abs=0.005)
