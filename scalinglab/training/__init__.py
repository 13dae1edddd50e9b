"""Training many small networks at once, and watching them.

- ``digits``, ``Task``: what is learned
- ``train``: the one training loop, a generator that yields a ``Training`` after each step
- ``finish``: run such a generator to its end
- ``budget``, ``Budget``: what a run will cost, exactly
- ``forward``: the outputs of networks from their weights and biases, differentiable

The networks of a call are multilayer perceptrons of one depth, trained side by side by batched products: many seeds,
widths, step sizes and amounts of data, for little more than the price of the arithmetic. The parts:

- ``tasks``, ``digits``: inputs and labels as arrays
- ``plans``: arguments checked and broadcast to the stack
- ``networks``: the layout of a stack in memory, forward and backward passes
- ``losses``, ``optimizers``, ``batches``: the loss with its gradient, the update rules, the order of the data
- ``loop``, ``progress``, ``budgets``: the loop, its snapshots, its costs
"""

from scalinglab.training.budgets import Budget, budget
from scalinglab.training.digits import digits
from scalinglab.training.loop import finish, train
from scalinglab.training.networks import forward
from scalinglab.training.progress import Training
from scalinglab.training.tasks import Task

__all__ = ["Budget", "Task", "Training", "budget", "digits", "finish", "forward", "train"]
