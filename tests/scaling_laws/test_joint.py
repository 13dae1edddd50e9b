"""The joint law: exact grids give it back, its limits are those of its formula, intervals cover, bad input fails."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.scaling_laws import fit_joint, fit_power_law
from tests.trials import trials

FOLDER, ENDS = Path(__file__).with_name("trials"), ("low", "high")
DATA, MODEL = (grid.ravel() for grid in np.meshgrid(50_000 / 2 ** np.arange(6), 1e6 / 4.0 ** np.arange(7)))
NAMES = ("data_amplitude", "data_exponent", "model_amplitude", "model_exponent", "offset")


def law(data=DATA, model=MODEL, *, alpha=0.66, beta=0.53, offset=0.02, chance=0.9):
    """CIFAR-10's exponents in [Rosenfeld2019], with an offset that can be seen."""
    bare = 0.045 * (data / 50_000) ** -alpha + 0.0027 * (model / 1e6) ** -beta + offset
    return bare if chance is None else bare / np.hypot(1, bare / chance)


def noisy(seed, noise=0.03, **options):
    return law(**options) * (1 + noise * np.random.default_rng(seed).standard_normal(len(DATA)))


@settings(max_examples=30, deadline=None)
@given(
    alpha=st.floats(0.2, 1.2),
    beta=st.floats(0.2, 1.2),
    offset=st.sampled_from([0.0, 1e-3, 0.05]),
    chance=st.sampled_from([None, 0.9]),
)
def test_exact_errors_give_back_the_law_that_made_them(alpha, beta, offset, chance):
    errors = law(alpha=alpha, beta=beta, offset=offset, chance=chance)
    found = fit_joint(DATA, MODEL, errors, chance=chance)
    np.testing.assert_allclose(found.predict(DATA, MODEL), errors, rtol=1e-6)
    assert (found.data_exponent, found.model_exponent) == pytest.approx((alpha, beta), rel=1e-3)
    assert found.offset == pytest.approx(offset, abs=1e-4 * errors.min())
    assert found.reached >= 0.5


def test_its_limits_are_chance_the_floor_and_the_power_law_of_one_size():
    found = fit_joint(DATA, MODEL, law(), chance=0.9)
    assert found.predict(1e-9, 1e6) == pytest.approx(0.9, rel=1e-6)
    assert found.predict(1e30, 1e40) == pytest.approx(found.floor, rel=1e-6)
    assert found.floor == pytest.approx(0.02 / math.hypot(1, 0.02 / 0.9), rel=1e-6)
    # With a model of one size, its term joins the offset.
    sizes = np.geomspace(500, 50_000, 12)
    slice_ = fit_power_law(sizes, found.predict(sizes, 1e4), chance=0.9)
    assert slice_.exponent == pytest.approx(found.data_exponent, rel=1e-5)
    assert slice_.offset == pytest.approx(found.offset + found.model_amplitude * 1e4**-found.model_exponent, rel=1e-4)


def test_the_letters_of_the_paper_give_the_same_error():
    found = fit_joint(DATA, MODEL, noisy(0), chance=0.9)
    paper = np.array([found.data_amplitude, found.model_amplitude, found.offset, found.chance]) / found.data_amplitude
    for scale in (1.0, 7.0):  # their a, b, c_inf and eta have a common scale that nothing depends on
        a, b, c_inf, eta = scale * paper
        tilde = a * DATA**-found.data_exponent + b * MODEL**-found.model_exponent + c_inf
        expected = found.chance * np.abs(tilde / (tilde - 1j * eta))
        np.testing.assert_allclose(found.predict(DATA, MODEL), expected, rtol=1e-10)


def test_units_change_nothing_but_amplitudes():
    one = fit_joint(DATA, MODEL, noisy(1), chance=0.9)
    other = fit_joint(1e3 * DATA, 1e-4 * MODEL, 100 * noisy(1), chance=90)
    for name in ("data_exponent", "model_exponent"):
        assert other.parameters[name] == pytest.approx(one.parameters[name], rel=1e-4)
        assert other.standard_errors[name] == pytest.approx(one.standard_errors[name], rel=1e-3)
    assert other.offset == pytest.approx(100 * one.offset, rel=1e-3)
    swapped = fit_joint(MODEL, DATA, noisy(1), chance=0.9)
    assert swapped.model_exponent == pytest.approx(one.data_exponent, rel=1e-4)


def test_three_runs_at_twice_the_error_move_it_less_than_half_as_far_as_least_squares():
    generator, robust, plain = np.random.default_rng(2), [], []
    for seed in range(20):
        errors = noisy(seed, noise=0.01)
        errors[generator.choice(len(errors), 3, replace=False)] *= 2
        errors = np.minimum(errors, 0.89)
        robust.append(fit_joint(DATA, MODEL, errors, chance=0.9).data_exponent - 0.66)
        plain.append(fit_joint(DATA, MODEL, errors, chance=0.9, delta=100).data_exponent - 0.66)
    assert np.std(robust) < np.std(plain) / 2


@pytest.mark.parametrize(("offset", "bootstrap"), [(0.02, 0), (0.0, 0), (0.02, 100)])
def test_intervals_cover_the_truth_as_often_as_they_say(offset, bootstrap):
    truth, count = {"data_exponent": 0.66, "model_exponent": 0.53, "offset": offset}, 80
    beyond = {"data": 1e5, "model": 4e6}

    def trial(seed):
        found = fit_joint(DATA, MODEL, noisy(seed, offset=offset), chance=0.9, bootstrap=bootstrap, seed=seed)
        pairs = {name: found.intervals[name] for name in truth} | {"prediction": found.interval(**beyond)}
        ends = {f"{name} {end}": float(pair[place]) for name, pair in pairs.items() for place, end in enumerate(ENDS)}
        return ends | {"limit": found.floor_limit}

    table = trials(FOLDER / f"joint_{offset}_{bootstrap}.json", trial, count, rel=1e-3, abs=1e-6)
    truth["prediction"] = law(**beyond, offset=offset)
    covered = {
        name: np.mean([one[f"{name} low"] <= value <= one[f"{name} high"] for one in table])
        for name, value in truth.items()
    }
    # In 80 trials a coverage of .95 is seen with a standard deviation of .024. The share that 600 trials show is
    # .93 to .99; a bound adds caution.
    assert all(0.89 <= share <= 1 for share in covered.values()), covered
    assert np.mean([one["limit"] >= offset / math.hypot(1, offset / 0.9) for one in table]) >= 0.9


def test_a_floor_that_the_data_do_not_show_is_flagged_and_bounded_from_above():
    found = fit_joint(DATA, MODEL, noisy(3, offset=0), chance=0.9)
    assert found.undetermined == ("offset",)
    assert found.intervals["offset"] == (0.0, found.offset_limit)
    assert 0 < found.floor_limit < law(offset=0).min()
    assert fit_joint(DATA, MODEL, noisy(3, offset=0.05), chance=0.9).undetermined == ()


def test_amplitudes_and_exponents_far_from_the_unit_of_size_are_nearly_one_parameter():
    near = fit_joint(DATA / DATA.mean(), MODEL / MODEL.mean(), noisy(4), chance=0.9)
    far = fit_joint(DATA, MODEL, noisy(4), chance=0.9)
    assert far.condition > 3 * near.condition
    assert near.sd_deviation == pytest.approx(far.sd_deviation, rel=1e-5)


@pytest.mark.parametrize("resampling", ["pairs", "residuals"])
def test_the_bootstrap_agrees_with_error_propagation_and_repeats_by_its_seed(resampling):
    plain = fit_joint(DATA, MODEL, noisy(5), chance=0.9)
    options = {"chance": 0.9, "bootstrap": 400, "resampling": resampling}
    found = fit_joint(DATA, MODEL, noisy(5), **options)
    for name in NAMES:
        # 400 refits know a standard error to 4 %, and 42 points the noise to 11 %.
        assert found.standard_errors[name] == pytest.approx(plain.standard_errors[name], rel=0.4)
        assert found.parameters[name] == plain.parameters[name]
        assert found.replicates[name].shape == (400,)
    again = fit_joint(DATA, MODEL, noisy(5), **options)
    np.testing.assert_array_equal(found.replicates["offset"], again.replicates["offset"])
    assert not found.replicates["offset"].flags.writeable


def test_rows_hold_the_law_and_the_ends_of_its_interval():
    found = fit_joint(DATA, MODEL, noisy(8), chance=0.9)
    rows = found.rows([[1e3], [1e5]], [1e3, 1e6, 1e7])
    assert len(rows) == 6
    assert rows[1]["error"] == pytest.approx(float(found.predict(1e3, 1e6)))
    assert all(row["low"] < row["error"] < row["high"] < 0.9 for row in rows)
    assert repr(found).startswith("JointLaw(data_amplitude ")
    named = found.rows(model=[1e3, 1e6, 1e7], data=[[1e3], [1e5]])
    assert [row["error"] for row in named] == [row["error"] for row in rows]


def test_a_law_names_the_sizes_that_it_has_a_value_at():
    found = fit_joint(DATA, MODEL, noisy(8), chance=0.9)
    with pytest.raises(ValueError, match="model must be given, as the law was fitted to it"):
        found.predict(1e3)
    with pytest.raises(TypeError, match="JointLaw takes data, model, got 1 and width"):
        found.predict(1e3, width=3)


FIVE = ([1, 2, 3, 4, 5], [2, 3, 2, 3, 2], [0.5, 0.4, 0.3, 0.25, 0.2])
BAD = [
    (
        ([1, 2, 3, 4], *[part[:4] for part in FIVE[1:]]),
        {},
        "error must hold at least 5 points to fit 5 parameters, got 4",
    ),
    ((FIVE[0], [2] * 5, FIVE[2]), {}, "model must hold at least 2 different values"),
    ((FIVE[0], FIVE[1], FIVE[2][:4]), {}, "data and model and error must have the same length"),
    (([0, 2, 3, 4, 5], *FIVE[1:]), {}, "data must be positive and finite, got [0, 2, 3, 4, 5]"),
    ((FIVE[0], [2, math.inf, 2, 3, 2], FIVE[2]), {}, "model must be positive and finite"),
    ((*FIVE[:2], [0.5, math.nan, 0.3, 0.2, 0.1]), {}, "error must be positive and finite"),
    ((*FIVE[:2], [0.95, 0.4, 0.3, 0.2, 0.1]), {}, "error must be below chance = 0.9, got 0.95"),
    (FIVE, {"chance": -1}, "chance must be positive, got -1"),
    (FIVE, {"delta": 0}, "delta must be positive, got 0"),
    (FIVE, {"bootstrap": -1}, "bootstrap must not be negative, got -1"),
    (FIVE, {"resampling": "jackknife"}, "resampling must be one of pairs, residuals, got 'jackknife'"),
    ((["a"], *FIVE[1:]), {}, "data must be numbers, got ['a']"),
]


@pytest.mark.parametrize(("arguments", "options", "sentence"), BAD)
def test_bad_input_is_one_sentence(arguments, options, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        fit_joint(*arguments, **{"chance": 0.9} | options)
    assert str(caught.value).startswith(sentence)
