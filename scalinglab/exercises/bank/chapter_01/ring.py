"""01-ring: a network that cannot know where on a ring a pattern lies, checked by what it does."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scalinglab._later import torch
from scalinglab.exercises.exercise import Case, Cases, Exercise, Mistake

if TYPE_CHECKING:
    from torch import nn

#: Signals on which a module is tried, and the neighbours that a unit sees.
EXAMPLES, SEEN = 32, 5
#: Rounding of float64 in a few sums is far below, all that a module does to signals of this size far above.
ROUNDING = 1e-9


def _sizes(draw: random.Random) -> Cases:
    """Two sizes of which all three numbers differ: what a module has of one of them shows in the other."""
    widths, inputs, outputs = draw.sample((3, 4, 6), 2), draw.sample((11, 12, 14), 2), draw.sample((3, 4, 5), 2)
    yield from zip(widths, inputs, outputs, strict=True)


def _seen_of(function: Callable[..., Any], case: Case) -> Any:
    """Build a module, give it numbers that its shapes alone decide, and try it on signals."""
    module = function(*case)
    if module is None or (callable(module) and not isinstance(module, torch.nn.Module)):
        return module  # these have sentences of their own
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"ring must return a torch.nn.Module, got {type(module).__name__}")
    generator = torch.Generator().manual_seed(1)
    module = module.double().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
        return _looked_at(module, 2 * torch.randn((EXAMPLES, case[1]), generator=generator, dtype=torch.float64))


def _looked_at(module: nn.Module, signals: Any) -> list[float]:
    """The numbers of ``ENTRIES``."""
    outputs = module(signals)
    parameters = sum(parameter.numel() for parameter in module.parameters())
    if outputs.ndim != 2 or len(outputs) != len(signals):
        raise ValueError(f"{len(signals)} signals must have as many rows of outputs, got {tuple(outputs.shape)}")
    turned = all(_same(module(signals.roll(by, 1)), outputs) for by in (1, 4))
    order = torch.randperm(signals.shape[1], generator=torch.Generator().manual_seed(2))
    shuffled = _same(module(signals[:, order]), outputs)
    shares = _same(outputs.sum(1), torch.ones(len(outputs)))
    return [parameters, outputs.shape[1], turned, shuffled, _reach(module, signals), shares]


def _same(one: Any, other: Any) -> bool:
    return bool((one - other).abs().max() < ROUNDING * (1 + other.abs().max()))


def _reach(module: nn.Module, signals: Any) -> int:
    """The largest distance on the ring at which what one number does to the outputs depends on another number."""
    found, plain = 0, module(signals)
    bump = torch.zeros(signals.shape[1], dtype=torch.float64)
    bump[0] = 5.0
    first = module(signals + bump) - plain
    for distance in range(1, signals.shape[1] // 2 + 1):
        other = signals + bump.roll(distance)
        if not _same(module(other + bump), module(other) + first):
            found = distance
    return found


ENTRIES = (
    "the number of parameters",
    "the number of outputs",
    "what becomes of the outputs when a signal is turned on its ring",
    "what becomes of the outputs when the numbers of a signal are shuffled",
    "how far apart two numbers of a signal still act together",
    "the size of the outputs, which add up to one",
)


def _seen(width: int, inputs: int, outputs: int) -> list[float]:
    """What is seen of a right module, by counting: five weights and a bias for each channel, then the last layer."""
    parameters = width * (SEEN + 1) + outputs * (width + 1)
    return [parameters, outputs, True, False, SEEN - 1, False]


def _ring(
    width: int, *ends: Any, last: tuple[int, int] | None, kernel: int = SEEN, bias: bool = True, mode: Any = "circular"
) -> nn.Module:
    """A convolution around the ring, what comes behind it, a layer of so many numbers at both ends, if any."""
    nn = torch.nn
    around = nn.Conv1d(1, width, kernel, padding=kernel // 2, bias=bias, padding_mode=mode)
    layer = [] if last is None else [nn.Linear(*last)]
    return nn.Sequential(nn.Unflatten(1, (1, -1)), around, *ends, nn.Flatten(), *layer)


def _mean() -> nn.Module:
    return torch.nn.AdaptiveAvgPool1d(1)


def _relu() -> nn.Module:
    return torch.nn.ReLU()


def _perceptron(width: int, inputs: int, outputs: int) -> nn.Module:
    nn = torch.nn
    return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, outputs))


def _two(width: int, inputs: int, outputs: int) -> nn.Module:
    second = torch.nn.Conv1d(width, width, SEEN, padding=SEEN // 2, padding_mode="circular")
    return _ring(width, _relu(), second, _relu(), _mean(), last=(width, outputs))


def _shares(width: int, inputs: int, outputs: int) -> nn.Module:
    network = _ring(width, _relu(), _mean(), last=(width, outputs))
    return torch.nn.Sequential(network, torch.nn.Softmax(1))


# The messages show 3 channels, signals of 12 numbers and 4 outputs: 34 parameters.
EXERCISE = Exercise(
    key="01-ring",
    title="A network that cannot know where",
    name="ring",
    cases=_sizes,
    oracle=_seen,
    look=_seen_of,
    entries=ENTRIES,
    difficulty="medium",
    minutes=12,
    mistakes=(
        Mistake(
            "no mean over the positions",
            lambda width, inputs, outputs: _ring(width, _relu(), last=(width * inputs, outputs)),
            "Your last layer has a weight for each channel at each position, so your network learns where a pattern "
            "lies: 166 parameters for 3 channels, signals of 12 numbers and 4 outputs, where 34 are enough.",
        ),
        Mistake(
            "the ends of the signal",
            lambda width, inputs, outputs: _ring(width, _relu(), _mean(), last=(width, outputs), mode="zeros"),
            "The outputs of your network change when a signal is rotated on its ring. They depend on where the ends "
            "are, but a ring has none. Look up `padding_mode` of `nn.Conv1d`, and see that all positions are there.",
        ),
        Mistake(
            "mean over the channels",
            lambda width, inputs, outputs: _ring(
                width, _relu(), torch.nn.AdaptiveAvgPool2d((1, None)), last=(inputs, outputs)
            ),
            "You took the mean over the channels and kept the positions, so your last layer knows where a pattern "
            "lies: 70 parameters for 3 channels, signals of 12 numbers and 4 outputs, where 34 are enough.",
        ),
        Mistake(
            "no activation",
            lambda width, inputs, outputs: _ring(width, _mean(), last=(width, outputs)),
            "Your network has no activation: the mean of weighted sums is a weighted mean, so its outputs "
            "depend on the mean of a signal only, and not on the order of its numbers.",
        ),
        Mistake(
            "mean before the activation",
            lambda width, inputs, outputs: _ring(width, _mean(), _relu(), last=(width, outputs)),
            "You took the mean before the ReLU: the mean of weighted sums is a weighted mean, so the outputs "
            "depend on the mean of a signal only. Apply the ReLU at each position first.",
        ),
        Mistake(
            "positions that act together",
            lambda width, inputs, outputs: _ring(width, _relu(), torch.nn.AdaptiveMaxPool1d(1), last=(width, outputs)),
            "In your network two numbers at opposite ends of the ring act together, but in a mean such parts add up: "
            "did you take the largest number, or put an activation behind the last layer?",
        ),
        Mistake(
            "three neighbours",
            lambda width, inputs, outputs: _ring(width, _relu(), _mean(), last=(width, outputs), kernel=3),
            "Each of your channels sees 3 neighbouring numbers instead of 5. It has 28 parameters for 3 channels and 4 "
            "outputs, and should have 34.",
        ),
        Mistake(
            "no bias",
            lambda width, inputs, outputs: _ring(width, _relu(), _mean(), last=(width, outputs), bias=False),
            "Your channels have no bias: 31 parameters for 3 channels and 4 outputs, instead of 34.",
        ),
        Mistake(
            "no last layer",
            lambda width, inputs, outputs: _ring(width, _relu(), _mean(), last=None),
            "Your network ends with the means of its channels: of 3 channels these are 3 numbers, but the "
            "exercise asks for 4 outputs. Add a linear layer that computes the outputs from the means.",
        ),
        Mistake(
            "one convolution more",
            _two,
            "Your network has a second convolution, and 82 parameters for 3 channels and 4 outputs; the "
            "exercise asks for one convolution, and 34 in all.",
        ),
        Mistake(
            "weights of their own",
            _perceptron,
            "That is a perceptron, which has separate weights for each position: 55 parameters for 3 channels, "
            "signals of 12 numbers and 4 outputs; a convolution uses the same 5 weights everywhere.",
        ),
        Mistake(
            "softmax",
            _shares,
            "The outputs of your network add up to 1: leave the softmax to the loss, which has one already, and end "
            "with the linear layer.",
        ),
    ),
    hints=(
        "Four layers from `torch.nn` do it; what comes in has the shape (examples, inputs), but a convolution needs "
        "(examples, 1, inputs).",
        "`nn.Conv1d` has `padding` and `padding_mode`: with 2 further numbers at each end, 5 neighbours are there at "
        "every position, and on a ring these come from the other end.",
        "`nn.Unflatten(1, (1, inputs))`, the convolution, `nn.ReLU()`, then the mean: `nn.AdaptiveAvgPool1d(1)` and "
        "`nn.Flatten()`, or a module whose `forward` says `.mean(2)`; last `nn.Linear`.",
    ),
)
