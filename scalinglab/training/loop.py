"""The one training loop of the package: a generator that yields after every step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail
from scalinglab._later import torch
from scalinglab.training.arguments import checked_plan
from scalinglab.training.batches import Batches
from scalinglab.training.evaluation import held_out, probe
from scalinglab.training.given import checked_masks
from scalinglab.training.networks.making import make_passes, make_stack
from scalinglab.training.networks.weighting import Weighting
from scalinglab.training.optimizers import SCHEDULES, make_optimizer
from scalinglab.training.plans import Plan
from scalinglab.training.progress import Record, Training
from scalinglab.training.tasks.task import Task

if TYPE_CHECKING:
    from torch import Tensor

#: A network whose loss exceeds this (or is not a number) has diverged. A squared loss has a scale of its own: it is
#: measured in units of what the best constant or the untrained network loses, whichever is more.
BOUND = 1e3


def train(
    task: Task,
    *,
    network: str | Callable[[int, int, int], torch.nn.Module] = "perceptron",
    width: int | Sequence[int] | NDArray[np.integer] = 64,
    depth: int = 1,
    activation: str = "relu",
    optimizer: str = "sgd",
    step_size: float | Sequence[float] | NDArray[np.floating] = 0.2,
    momentum: float = 0.9,
    betas: tuple[float, float] = (0.9, 0.999),
    weight_decay: float = 0.0,
    batch_size: int = 64,
    steps: int = 400,
    start: int = 0,
    seed: int | Sequence[int] | NDArray[np.integer] = 0,
    samples: int | Sequence[int] | NDArray[np.integer] | None = None,
    resample: bool = False,
    labels: Sequence[Any] | NDArray[Any] | None = None,
    scaling: str = "standard",
    schedule: str = "constant",
    embedding: int = 12,
    initial: Sequence[Any] | None = None,
    masks: Sequence[Any] | Callable[[Training], Sequence[Any] | None] | None = None,
    masses: Sequence[Any] | None = None,
    mass_rule: bool = True,
    penalty: Callable[[list[tuple[Tensor, Tensor]]], Tensor] | None = None,
    dtype: str = "float32",
    device: str | torch.device = "cpu",
    evaluations: int = 100,
) -> Iterator[Training]:
    """Train a stack of networks by batched products, and show every step.

    ``width``, ``step_size``, ``seed`` and ``samples`` are each a number or a sequence. Sequences share one length,
    the number of networks; numbers count for all of them. A network depends on its own settings alone, neither on
    its place nor (beyond rounding) on its company: its initial weights and the order of its data come from two
    streams of its own seed. The fast stack of perceptrons pads narrower networks; others run by width.

    Parameters
    ----------
    task : Task
    network : {"perceptron", "convolution", "attention"} or callable
        Multilayer perceptrons; three strided convolutions of ``width`` channels along the inputs; blocks of attention
        between pieces of the inputs, of ``width`` numbers each. Or a function ``(width, inputs, outputs)`` that
        returns a ``torch.nn.Module`` from inputs of the shape (examples, inputs) to outputs (examples, outputs), whose
        constructor draws its parameters from torch's own generator. Each example must be treated by itself and
        without chance: no batch normalisation, no dropout.
    width : int or sequence of int
        Units in each hidden layer.
    depth : int
        Hidden layers; blocks of attention. A convolution has three layers, and a module of your own decides itself.
    activation : {"relu", "tanh"}
        Not for a module of your own.
    optimizer : {"sgd", "momentum", "adam", "adamw"}
        The rules of ``torch.optim``, with eps = 1e-8 for both Adams.
    step_size : float or sequence of float
        0.2 suits SGD on the digits; momentum wants about 0.05, Adam about 0.003.
    momentum : float
        From 0 to below 1; read by "momentum".
    betas : pair of float
        From 0 to below 1; read by "adam" and "adamw".
    weight_decay : float
        Of all weights and biases: added to the gradient, except in "adamw", where it is decoupled.
    batch_size : int
        Batches are cut from permutations in a row, across the ends of epochs. A network with no more samples than
        that takes all of them in each step.
    steps : int
        Updates.
    start : int
        Updates that count as made: data and schedule go on from there. With ``initial`` weights it rewinds a network.
    seed : int or sequence of int
    samples : int or sequence of int, optional
        How many training samples each network sees, the first ones of the task; all if left out.
    resample : bool
        If true, each network draws its training samples from those of the task, by a third stream of its seed: the
        spread over seeds is then that over data sets, too. With one seed, fewer samples are a part of more.
    labels : array, shape (networks, samples of the task) or (networks, samples of the task, outputs), optional
        Training labels of each network in the place of the task's.
    scaling : {"standard", "mean-field"}
        Mean-field: a hidden unit counts 1 / width in the layer above (its mass), so that training hardly depends on
        the width [Wang2025]. Step sizes are then of the order of 1 for all widths. For perceptrons alone, as masses.
    schedule : {"constant", "cosine"}
        The step size over time; "cosine" goes down to zero along half a wave.
    embedding : int
        Numbers into which each code is turned where the task's inputs are codes (``task.vocabulary``); else not used.
        A module of your own gets the codes.
    initial : sequence, optional
        Weights and biases to begin with, as ``Training.arrays`` gives them: of one network, for all, or for each. They
        are drawn by the seed if left out. An embedding comes first, (embedding, vocabulary) and an empty bias. Of
        networks that are no perceptrons: a dict from the names of their parameters to arrays, or one for each.
    masks : sequence or callable, optional
        An array of zeros and ones (or booleans) for each layer of weights, of the shape (outputs, inputs): of one
        network, for all, or for each. Of networks that are no perceptrons: for each of ``Training.weights``. A weight
        behind a zero is zero and stays so; biases are never masked. A callable gets each snapshot and returns new
        masks or ``None``; an optimizer forgets what they remove.
    masses : sequence, optional
        How much each hidden unit counts in the layer above: an array of the shape (width,) for each hidden layer; of
        one network, for all, or for each. A unit of mass 2 learns like two equal units.
    mass_rule : bool
        Divide gradients by masses, the 1/c rule of [Wang2025]; false leaves the plain gradient.
    penalty : callable, optional
        From the layers of the whole stack (weights in which masses are multiplied in), as ``forward`` takes them, to
        a tensor of the shape (networks,) that is added to the losses. It must be differentiable by PyTorch. Weights
        behind masks are zeros in it, and so are the units that a network narrower than the widest does not have; what
        the penalty's gradient is there does not matter. A network whose penalty is not finite has diverged. Of other
        networks: from a dict with the parameters of all of one width by name, asked for once for each width.
    dtype : {"float32", "float64"}
    device : str or torch.device
    evaluations : int
        About how many steps are evaluated: half of them evenly spaced, half on a log scale, with the first and last.

    Yields
    ------
    Training
        Before the first step, and after each. Close the iterator to stop.

    Raises
    ------
    ValueError
        At the call, if an argument is wrong or the stack does not fit into half the free memory.

    Examples
    --------
    A module of your own is a function away::

        def network(width, inputs, outputs):
            return nn.Sequential(nn.Linear(inputs, width), nn.GELU(), nn.LayerNorm(width), nn.Linear(width, outputs))

        run = finish(train(digits(), network=network, width=[8, 16, 32], optimizer="adam", step_size=0.003))

    >>> from scalinglab.training import digits, finish, train
    >>> run = finish(train(digits(300), width=16, seed=[0, 1], steps=60))
    >>> run
    Training(step 60 of 60, 2 networks, 0 diverged)
    >>> bool((run.test_error[:, -1] < run.test_error[:, 0]).all())
    True
    """
    # The first line, so that these are the arguments and nothing else.
    return _run(checked_plan(**locals()))


def finish(training: Iterable[Training]) -> Training:
    """Run to the end, and return the last snapshot.

    Parameters
    ----------
    training : iterable of Training
        What ``train`` returned, from the start or from wherever it is.

    Raises
    ------
    ValueError
        If nothing is left to run.
    """
    if not isinstance(training, Iterable):
        fail("training", "be what train returned", training)
    last = None
    for last in training:
        if not isinstance(last, Training):
            fail("training", "be what train returned", training)
    if last is None:
        fail("training", "have at least one step left", training)
    return last


def _run(plan: Plan) -> Iterator[Training]:
    """Set up, then alternate evaluation, yield and update."""
    run = _Run(plan)
    schedule = iter(plan.evaluated.tolist())
    due = next(schedule)
    for step in range(plan.start, plan.steps + 1):
        if step == due:
            run.evaluate()
            due = next(schedule, None)
        yield run.record.snapshot()
        if step < plan.steps:
            run.update()


class _Run:
    """The working memory of one run."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.stack = plan, make_stack(plan)
        self.gradients = self.stack.like()
        self.weighting = Weighting(plan, self.stack)
        self.optimizer = make_optimizer(plan, self.stack, self.gradients)
        self.batches = Batches(plan)
        self.passes = make_passes(plan, self.stack, [self.batches.inputs.shape[1]])
        self.train_set = probe(plan, self.stack)
        self.held_out = held_out(plan, self.stack)
        self.record = Record(plan, self.stack)
        self.units: Tensor | None = None

    def update(self) -> None:
        """New masks if there are any, one batch forward and back, a look at the losses, one update."""
        if self.plan.remask is not None:
            self.remask(self.plan.remask(self.record.snapshot()))
        losses = self.pull()
        if self.plan.penalty is not None:
            # A penalty may be large, in units of its own: it tells of a divergence only where it is not finite.
            losses = losses + 0 * self.penalize(self.plan.penalty)
        self.weighting.pull(self.gradients)
        self.freeze_the_diverged(losses)
        factor = SCHEDULES[self.plan.schedule](self.record.step / self.plan.steps)
        self.record.step += 1
        self.optimizer.step(factor)
        self.weighting.refresh()

    def remask(self, masks: Sequence[Any] | None) -> None:
        """Go on with other masks; what the optimizer remembers of weights that are gone is forgotten."""
        if masks is not None:
            self.optimizer.keep(self.weighting.remask(checked_masks(self.plan, masks)))

    def pull(self) -> Tensor:
        """One batch forward and back: the losses, and in place the gradients of the effective weights."""
        batches = self.batches
        batches.advance()
        given = batches.inputs, batches.labels, batches.weights
        return self.passes.pull(self.weighting.effective, self.gradients, *given)

    def penalize(self, penalty: Callable[..., Tensor]) -> Tensor:
        """The penalty of each network; its gradient is added to that of the loss."""
        # A learner may well go through the steps under torch.no_grad().
        with torch.enable_grad():
            flat = self.weighting.effective.flat.detach().clone().requires_grad_()
            values = penalties(penalty, self.stack.parts(flat))
        # A frozen network is zeros: what a penalty says of them is of no interest, and could be nan.
        alive = torch.from_numpy(self.record.diverged_at < 0).to(values.device)
        with torch.enable_grad():
            values = torch.where(alive, values, 0)
            (gradient,) = torch.autograd.grad(values.sum(), flat)
        self.gradients.flat.add_(self.weighting.existing(gradient))
        for network in np.flatnonzero(self.record.diverged_at >= 0).tolist():
            self.gradients.clear(network)
        return values.detach()

    def evaluate(self) -> None:
        """Measure all networks on their training probes and on all that was held out."""
        stack = self.weighting.effective
        worst, _ = self.train_set.measure(stack)
        found = {"train_loss": worst}
        for name, examples in self.held_out.items():
            loss, error = examples.measure(stack)
            found |= {f"{name}_loss": loss, f"{name}_error": error}
            worst = torch.maximum(worst, loss)
        if self.units is None and self.plan.task.loss == "squared":
            self.units = worst.nan_to_num(0, 0).clamp(min=self.plan.task.chance_loss)
        self.freeze_the_diverged(worst)
        self.record.add(**{name: _to_numpy(values) for name, values in found.items()})

    def freeze_the_diverged(self, losses: Tensor) -> None:
        """Put networks with a bad loss aside; zeros take their place, which have no gradient as their weight is zero.

        So nothing is left in the stack that could overflow, and the others compute what they would have anyway.
        """
        if self.units is not None:
            losses = losses / self.units
        # The maximum of anything and nan is nan, and no comparison with nan is true.
        if float(losses.max()) <= BOUND:
            return
        for network in np.flatnonzero(~(_to_numpy(losses) <= BOUND)).tolist():
            if self.record.diverged_at[network] < 0:
                self.record.diverge(network)
            self.batches.weights[network] = 0
            for part in (self.stack, self.weighting.effective, self.gradients):
                part.clear(network)
            self.optimizer.forget(network)


def penalties(penalty: Callable[..., Tensor], parts: Sequence[tuple[Sequence[int], Any]]) -> Tensor:
    """The penalty of each network, asked for once for each part of a stack."""
    found = []
    for members, layers in parts:
        values = penalty(layers)
        if not isinstance(values, torch.Tensor) or values.shape != (len(members),) or not values.requires_grad:
            fail("penalty", f"return a differentiable tensor of the shape ({len(members)},)", values)
        found.append(values)
    if len(found) == 1:
        return found[0]
    places = np.argsort([network for members, _ in parts for network in members])
    return torch.cat(found)[torch.from_numpy(places).to(found[0].device)]


def _to_numpy(values: Tensor) -> NDArray[np.float64]:
    return values.cpu().numpy().astype(np.float64)
