"""The same tasks for neural networks: a penalty on frequencies out of band, and Adam beside the second-order learner.

Both go through the one training loop. The penalty is our own way to give a network the band; it is a demonstration of
the data bandwidth hypothesis of [Rosenfeld2021], and reproduces nothing of the thesis. This is the one file of this
family that needs torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, non_negative, non_negative_integer, positive_integer
from scalinglab._growing import Growing, growing_at_the_end
from scalinglab._later import torch
from scalinglab.approximation.fourier import FourierSeries, grid
from scalinglab.approximation.runs import LearnerRuns, PenaltyRuns
from scalinglab.approximation.second_order import fit_network
from scalinglab.approximation.students import NetworkFit, Students
from scalinglab.approximation.targets import Samples, band_limited, sample
from scalinglab.training import Experiment, Task, Training, finish, forward, train

if TYPE_CHECKING:
    from torch import Tensor

#: Points along each axis of the unlabelled grid, and of the test set.
GRID = {1: 128, 2: 32}


def circle(inputs: ArrayLike) -> Array:
    """Coordinates in which a network is periodic: ``cos(2 pi x), sin(2 pi x)`` of each axis, (..., 2 dimension)."""
    angles = 2 * np.pi * np.asarray(inputs, dtype=np.float64)
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=-1)


def periodic_task(target: FourierSeries, samples: Samples, function: int = 0) -> Task:
    """Return a regression for ``train``: the samples of one function, in periodic coordinates.

    The test set is a grid of 128 points, 32 x 32 in two dimensions, with clean labels.

    Parameters
    ----------
    target : FourierSeries
    samples : Samples
        Of this target.
    function : int
        Which one.

    Raises
    ------
    ValueError
        If there is no such function, or the samples are not of this target.
    """
    if not isinstance(target, FourierSeries) or not isinstance(samples, Samples):
        fail("target and samples", "be a FourierSeries and Samples of it", (target, samples))
    if (len(target), target.dimension) != (samples.functions, samples.dimension):
        fail("samples", f"be of {len(target)} functions in {target.dimension}-D", samples)
    if non_negative_integer("function", function) >= len(target):
        fail("function", f"be below {len(target)}", function)
    places = grid(GRID[target.dimension], target.dimension)
    return Task(
        "band-limited" if target.dimension == 1 else "band-limited 2-D",
        circle(samples.inputs[function]),
        samples.labels[function],
        circle(places),
        target.values(places)[function],
        classes=None,
    )


def band_penalty(
    band: int, strength: float | Sequence[float], *, dimension: int = 1, activation: str = "tanh"
) -> Callable[[list[tuple[Tensor, Tensor]]], Tensor]:
    """Return a penalty for ``train``: the mean square of what a network has above a band.

    Measured on an unlabelled grid by a Fourier transform (128 points; 32 x 32 in two dimensions): no label is used,
    only the knowledge of the band. By Parseval it is the mean square of the network's part above the band, frequencies
    beyond half the grid being counted where they alias to.

    Parameters
    ----------
    band : int
        Below half the grid.
    strength : float or sequence of float
        Of the penalty, for all networks or for each. The loss of ``train`` is the mean squared error, so a strength of
        1 weighs both alike.
    dimension : {1, 2}
    activation : {"relu", "tanh"}
        Of the networks, as ``train`` was told.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if dimension not in GRID:
        fail("dimension", "be one of 1, 2", dimension)
    points = GRID[dimension]
    if non_negative_integer("band", band) >= points // 2:
        fail("band", f"be below {points // 2}, half the grid", band)
    each = [strength] if isinstance(strength, int | float) else list(strength)
    strengths = torch.tensor([non_negative("strength", value) for value in each])
    if activation not in ("relu", "tanh"):
        fail("activation", "be one of relu, tanh", activation)
    places = torch.from_numpy(circle(grid(points, dimension)))
    frequency = np.abs(np.rint(np.fft.fftfreq(points) * points))
    largest = frequency if dimension == 1 else np.maximum(frequency[:, None], frequency)
    outside = torch.from_numpy(largest > band)

    def penalty(layers: list[tuple[Tensor, Tensor]]) -> Tensor:
        weight = layers[0][0]
        outputs = forward(layers, places.to(weight), activation)[..., 0]
        spectrum = torch.fft.fftn(outputs.unflatten(-1, outside.shape), dim=tuple(range(-dimension, 0)), norm="forward")
        power = torch.where(outside.to(weight.device), spectrum.abs().square(), 0).flatten(-dimension).sum(-1)
        return strengths.to(weight) * power

    return penalty


def train_with_penalty(
    target: FourierSeries,
    samples: Samples,
    *,
    band: int | None = None,
    strength: Sequence[float] = (0.0, 1.0, 100.0),
    **settings: Any,
) -> PenaltyRuns:
    """Train a network on each target with penalties of several strengths on its frequencies above a band.

    Twice as many samples as unknowns give an error that falls by orders of magnitude with the strength. Nearer to the
    threshold the gain is small and uneven, where the inputs determine the unknowns badly (see
    ``fit_band(...).condition``): descent then takes long to find what least squares finds at once.

    Parameters
    ----------
    target : FourierSeries
    samples : Samples
        Of this target.
    band : int, optional
        The target's if left out.
    strength : sequence of float
        One network for each, all with the same initial weights; 0 is the plain network.
    **settings
        Of ``train``. Left out, they are: two hidden layers of 64 tanh units, 2000 steps of Adam on all samples at once,
        with a step size that goes from 0.01 to 0 along a cosine.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    strengths = [non_negative("strength", value) for value in strength]
    if not strengths:
        fail("strength", "hold at least one number", strength)
    own = target.band if band is None else non_negative_integer("band", band)
    tasks = [periodic_task(target, samples, function) for function in range(len(target))]
    runs = [finish(_penalized(task, own, strengths, settings)) for task in tasks]
    errors = np.stack([run.test_error[:, -1] for run in runs], axis=1)
    return PenaltyRuns(np.array(strengths), errors, len(samples), own)


def _penalized(task: Task, band: int, strengths: list[float], settings: dict[str, Any]) -> Iterator[Training]:
    """Train a network for each strength, all from the same weights."""
    wanted: dict[str, Any] = dict(
        width=64, depth=2, activation="tanh", optimizer="adam", step_size=0.01, batch_size=task.samples
    )
    wanted |= dict(steps=2000, schedule="cosine", evaluations=2) | settings
    penalty = band_penalty(band, strengths, dimension=task.inputs // 2, activation=wanted["activation"])
    return train(task, **wanted | {"seed": [settings.get("seed", 0)] * len(strengths), "penalty": penalty})


def band_task(band: int = 5, samples: int = 12, targets: int = 2, function: int = 0) -> Task:
    """One of the functions that ``band_limited`` draws, with the samples that ``sample`` draws of it."""
    target = band_limited(band, targets=targets)
    return periodic_task(target, sample(target, samples), function)


def errors_by_penalty(
    task: Task, *, band: int, strength: Sequence[float], device: str = "cpu", **settings: Any
) -> Iterator[Growing]:
    """What ``train_with_penalty`` finds for one target, with a row for each strength.

    Parameters
    ----------
    task : Task
        As ``periodic_task`` makes it.
    band, strength, **settings
        As ``train_with_penalty`` takes them.
    device : str
        Where the networks are trained.

    Raises
    ------
    ValueError
        As ``train_with_penalty`` does.
    """
    strengths = [non_negative("strength", value) for value in strength]

    def rows(run: Training) -> list[dict[str, Any]]:
        errors = run.test_error[:, -1].tolist()
        found = zip(strengths, errors, strict=True)
        return [{"samples": task.samples, "strength": value, "error": error} for value, error in found]

    return growing_at_the_end(_penalized(task, band, strengths, settings | {"device": device}), rows)


#: By the names that a table's file has for them; for ``scalinglab.training.sweep``.
MEASURES = {"band_penalty": Experiment("band_penalty", errors_by_penalty, make_task=band_task)}


@lru_cache(maxsize=8)
def _second_order(task: Task, width: int, starts: int, steps: int, seed: int) -> NetworkFit:
    """The second-order learner, which knows nothing of the settings of the other: where these change, it stays."""
    given: dict[str, Any] = {"width": width, "starts": starts, "steps": steps, "seed": seed}
    given |= {"test_inputs": task.test_inputs, "test_labels": task.test_labels}
    return fit_network(task.train_inputs, task.train_labels, **given)


def compare_learners(
    task: Task, *, width: int, starts: int = 5, second_order_steps: int = 300, seed: int = 0, **settings: Any
) -> LearnerRuns:
    """Train the same networks, from the same starts on the same samples, by a gradient method and by second order.

    Parameters
    ----------
    task : Task
        A regression with one output, such as ``teacher_student`` makes.
    width : int
        Hidden units of the students.
    starts, seed : int
        Networks, and what draws them; the seed also orders the batches of the gradient method.
    second_order_steps : int
        Most steps of the second-order learner.
    **settings
        Of ``train``. Left out, they are: 1500 steps of Adam with the step size 0.003, in batches of 64, in float64.
        What is left of the error depends on them: with ten times the steps, or a tuned step size, Adam comes much
        nearer to the limit.

    Raises
    ------
    ValueError
        If an argument is out of range, or the task is no regression with one output.
    """
    if not isinstance(task, Task) or task.classes is not None or task.outputs != 1 or task.vocabulary:
        fail("task", "be a regression with one output", task)
    for name in ("activation", "depth", "initial", "samples", "resample", "scaling", "masses", "masks", "penalty"):
        if name in settings:
            fail("settings", f"leave {name} as it is, so that both learners have the same task", settings[name])
    shape = Students(task.inputs, positive_integer("width", width))
    count, first = positive_integer("starts", starts), non_negative_integer("seed", seed)
    initial = [shape.layers(row) for row in shape.draw(count, first)]
    fit = _second_order(task, shape.width, count, positive_integer("second_order_steps", second_order_steps), first)
    wanted: dict[str, Any] = {"optimizer": "adam", "step_size": 0.003, "steps": 1500, "dtype": "float64"}
    wanted |= settings
    # Batches in orders of their own; the weights are given.
    seeds = list(range(first, first + count))
    run = finish(train(task, width=width, activation="tanh", initial=initial, seed=seeds, **wanted))
    batch = min(wanted.get("batch_size", 64), task.samples)
    return LearnerRuns(
        fit=fit,
        optimizer=wanted["optimizer"],
        steps=run.evaluated.copy(),
        train_error=run.train_loss / float(np.var(task.train_labels)),
        test_error=run.test_error.copy(),
        # Forward, the gradients of the weights, and that of the hidden units: as ``budget`` counts them.
        step_multiply_adds=batch * (2 * task.inputs * width + 3 * width),
    )
