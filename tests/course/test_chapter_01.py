"""What chapter 01 says in words, measured: mostly on its table, which is itself recomputed in tests/tables."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from scalinglab.scaling_laws import fit_power_law
from scalinglab.tables import FOLDER, table
from scalinglab.training import summarize, sweep
from tests.course.notebooks import COURSE, code_cells

OTHER = {"width": ("samples", 1200), "samples": ("width", 64)}


def along(lever):
    name, value = OTHER[lever]
    return sorted((row for row in table("digits_power_laws") if row[name] == value), key=lambda row: row[lever])


def fit(lever, first=1, points=16, **form):
    rows = summarize(along(lever), by=lever)[first - 1 : first - 1 + points]
    return fit_power_law([row[lever] for row in rows], [row["mean"] for row in rows], **form)


@pytest.fixture(scope="module")
def recipe():
    names = {}
    exec(next(cell for cell in code_cells(COURSE / "01_power_laws.ipynb") if cell.startswith("RECIPE")), names)
    return names["RECIPE"]


def test_the_chapter_trains_by_the_recipe_of_its_table(recipe):
    grids = tomllib.loads((FOLDER / "digits_power_laws.toml").read_text())["grid"]
    for grid in grids:
        assert {name: grid[name] for name in recipe} == recipe
        assert grid["steps"] == 600


def test_five_small_widths_lie_on_a_line_that_misleads_a_hundredfold():
    line, rows = fit("width", first=2, points=5, offset=False), summarize(along("width"), by="width")
    assert [row["width"] for row in rows[1:6]] == [2, 3, 4, 6, 8]
    assert line.sd_deviation < 0.05
    assert rows[-1]["width"] == 256
    assert rows[-1]["mean"] > 100 * line.predict(256)
    assert rows[-1]["mean"] > line.interval(256)[1]


def test_the_width_curve_has_an_offset_and_the_data_curve_shows_none():
    assert "offset" not in fit("width").undetermined
    assert fit("width").offset == pytest.approx(0.0153, abs=0.002)
    samples = fit("samples")
    assert "offset" in samples.undetermined
    assert samples.offset_limit < summarize(along("samples"), by="samples")[-1]["mean"]


def test_the_form_moves_the_exponent_by_more_than_ten_of_its_standard_errors():
    line, capped = fit("samples", offset=False), fit("samples", chance=0.9)
    assert capped.exponent - line.exponent > 10 * line.standard_errors["exponent"]


def test_the_test_set_spreads_the_error_more_than_the_seeds_do():
    last = summarize(along("width"), by="width")[-1]
    assert np.sqrt(last["mean"] * (1 - last["mean"]) / 597) > 5 * last["standard_error"]


def test_exponents_of_redrawn_seeds_scatter_like_one_over_the_root_of_their_number():
    errors = np.array([row["test_error"] for row in along("samples")]).reshape(-1, 20)
    sizes = np.unique([row["samples"] for row in along("samples")])
    generator, spread = np.random.default_rng(0), {}
    for seeds in (1, 16):
        means = [errors[1:6, generator.integers(20, size=seeds)].mean(axis=1) for _ in range(60)]
        spread[seeds] = np.std([fit_power_law(sizes[1:6], mean, offset=False).exponent for mean in means], ddof=1)
    # Each spread of 60 draws errs by 9 %, their ratio by 13 %: within three of these.
    assert spread[1] / spread[16] == pytest.approx(4, rel=0.4)


def test_with_wrong_labels_the_width_curve_turns_around_and_the_data_curve_falls_on(recipe):
    noisy = recipe | {"task": {"name": "digits", "label_noise": 0.3}, "steps": 600, "seed": range(5)}
    grid = [noisy | {"width": [4, 24, 128]}, noisy | {"width": 64, "samples": [80, 320, 1200]}]
    rows = sweep(grid, progress=False).summary()
    narrow, middle, wide, little, more, most = (row["mean"] for row in rows)
    assert middle < narrow
    assert wide > 1.2 * middle
    assert little > 1.2 * more > 1.44 * most
