"""What data cannot say is named: too few sizes, sizes on a line, no spare points, no fall, no plateau, only chance."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.scaling_laws import fit_compute, fit_joint, fit_power_law, fit_pruned


def noise(seed, points, size=0.01):
    return np.exp(size * np.random.default_rng(seed).standard_normal(points))


def grid(first, second):
    return [size.ravel() for size in np.meshgrid(first, second)]


def covered(law, **truth):
    return {name: law.intervals[name][0] <= value <= law.intervals[name][1] for name, value in truth.items()}


@pytest.mark.parametrize("seed", range(4))
def test_two_sizes_on_an_axis_leave_its_term_and_the_offset_open(seed):
    data, model = grid([1000, 4000], np.geomspace(8, 256, 6))
    law = fit_joint(data, model, (2 * data**-0.5 + 3 / model + 0.02) * noise(seed, 12), chance=None)
    assert law.undetermined == ("data_amplitude", "data_exponent", "offset")
    assert all(covered(law, data_amplitude=2, data_exponent=0.5, offset=0.02, model_exponent=1).values())
    assert "only 2 different sizes of data" in law.remarks[0]
    assert "add a third size" in law.remarks[0]
    # Between the sizes the law is known, beyond them it is not: by any exponent, it may stop at once or go on falling.
    (near_low, near_high), (low, high) = law.interval(2000, 32), law.interval(4e6, 1e5)
    assert np.log(near_high / near_low) < 0.4
    assert high / low > 10
    assert low <= 2 * 4e6**-0.5 + 3e-5 + 0.02 <= high


def test_two_sizes_of_parameters_leave_their_term_and_the_entropy_of_text_open():
    parameters, tokens = grid([1e8, 1e9], np.geomspace(1e9, 1e11, 6))
    loss = 1.8 + 480 * parameters**-0.35 + 2100 * tokens**-0.37
    law = fit_compute(parameters, tokens, loss * noise(0, 12, 0.002))
    assert {"A", "alpha", "E"} <= set(law.undetermined)
    assert all(covered(law, alpha=0.35, E=1.8, beta=0.37).values())


def test_sizes_on_one_line_do_not_tell_which_term_is_whose():
    data = np.geomspace(1e3, 1e5, 20)
    error = (2 * data**-0.5 + 3 / (data / 20) + 0.02) * noise(0, 20)
    law = fit_joint(data, data / 20, error, chance=None)
    assert len(law.undetermined) == 5
    assert "your sizes lie on one line" in law.remarks[0].lower()
    assert "Add runs that change data while model stays" in law.remarks[0]
    # The exponents may change places.
    assert all(covered(law, data_exponent=0.5, model_exponent=1).values())


@pytest.mark.parametrize("size", [0.0, 0.002])
def test_tokens_in_proportion_to_parameters_leave_the_entropy_open(size):
    parameters = np.geomspace(1e7, 1e10, 40)
    loss = 1.8 + 480 * parameters**-0.35 + 2100 * (20 * parameters) ** -0.37
    law = fit_compute(parameters, 20 * parameters, loss * noise(0, 40, size))
    assert set(law.undetermined) == {"A", "alpha", "B", "beta", "E"}
    assert "your sizes lie on one line" in law.remarks[0].lower()
    assert size == 0 or covered(law, E=1.8)["E"]


@pytest.mark.parametrize("bootstrap", [0, 50])
def test_as_many_points_as_parameters_say_nothing_of_noise(bootstrap):
    law = fit_power_law([10, 100, 1000], [0.5, 0.2, 0.1], bootstrap=bootstrap)
    assert law.undetermined == ("amplitude", "exponent", "offset")
    assert all(np.isnan(error) for error in law.standard_errors.values())
    assert law.intervals["exponent"] == (0, 8)
    low, high = law.interval([10, 1e5])
    assert (low == 0).all()
    assert (high == np.inf).all()
    assert "as many points as parameters" in law.remarks[0]


def test_equal_errors_have_no_exponent():
    law = fit_power_law([1, 2, 4, 8, 16, 32, 64], [0.3] * 7)
    assert law.undetermined == ("amplitude", "exponent", "offset")
    noisy = fit_power_law([1, 2, 4, 8, 16, 32, 64], 0.3 * noise(0, 7))
    assert noisy.undetermined == ("amplitude", "exponent", "offset")


@pytest.mark.parametrize("size", [1e-4, 1e-2])
def test_errors_at_chance_determine_nothing(size):
    errors = 0.9 * (1 - size * np.random.default_rng(0).random(7))
    law = fit_power_law([1, 2, 4, 8, 16, 32, 64], errors, chance=0.9)
    assert law.undetermined == ("amplitude", "exponent", "offset")


def pruned(density):
    return 0.05 * ((density**2 + (0.002 * 17 ** (1 / 0.7)) ** 2) / (density**2 + 0.002**2)) ** 0.35


def test_a_plateau_that_no_density_reaches_is_open_and_its_interval_holds_it():
    density, held = np.geomspace(1, 0.05, 20), []
    for seed in range(5):
        law = fit_pruned(density, pruned(density) * noise(seed, 20, 0.03), unpruned=0.05)
        assert {"high_plateau", "transition"} <= set(law.undetermined)
        held.append(covered(law, high_plateau=0.85, exponent=0.7, transition=0.002))
    assert all(one["high_plateau"] for one in held)
    # One interval in twenty misses; both of these miss together.
    assert sum(one["exponent"] and one["transition"] for one in held) >= 4


def test_a_law_that_is_determined_has_nothing_to_remark():
    data, model = grid(np.geomspace(500, 5e4, 6), np.geomspace(8, 512, 6))
    law = fit_joint(data, model, (2 * data**-0.5 + 3 / model + 0.05) * noise(1, 36), chance=None)
    assert law.undetermined == law.remarks == ()
    assert all(low < law.parameters[name] < high for name, (low, high) in law.intervals.items())
