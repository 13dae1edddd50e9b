"""Training many small networks at once, and watching them; grids of runs that survive a crash.

What is learned:

- ``digits``, ``teacher_student``, ``signals``, ``text``, ``mnist``, ``cifar10``: tasks, real and made; ``teacher`` and
  ``alphabet`` say what is behind two of them
- ``Task``: one of your own

Training:

- ``train``: the one training loop, a generator that yields a ``Training`` after each step
- ``finish``: run such a generator to its end
- ``budget``, ``Budget``: what a run will cost, exactly
- ``forward``: the outputs of perceptrons from their weights and biases, differentiable
- ``build_network``: another network as a module of PyTorch; ``weight_names``: its parameters that masks are for
- ``save_networks``, ``load_networks``, ``SavedNetworks``: weights and biases in a file

Many runs:

- ``sweep``: all runs of a grid, here or on other machines, kept in a store; ``sweeping``: the same, step by step
- ``Measure``, ``Experiment``: what it is swept for, beside the errors of its runs
- ``Sweep``: what is finished so far; ``summarize``: means over seeds
- ``Store``: where runs are kept; ``SweepError``, ``StoreError``: what went wrong

The networks of a call are multilayer perceptrons of one depth, convolutions, attention, or modules of your own,
trained side by side by batched products: many seeds, widths, step sizes and amounts of data, for little more than the
price of the arithmetic. The parts:

- ``tasks/``: what is learned; ``sweeps/``: grids of runs
- ``settings``: the one table of settings; ``plans``, ``arguments``, ``given``, ``memory``: what was asked for, checked,
  broadcast to the stack, and small enough for this machine
- ``networks/``: the stacks, how they lie in memory, forward and backward; masks, and masses of units
- ``losses``, ``optimizers``, ``batches``: the loss with its gradient, the update rules, the order of the data
- ``loop``, ``evaluation``, ``progress``, ``budgets``: the loop, its measurements, its snapshots, its costs
- ``saving``: networks in files
"""

from scalinglab.training.budgets import Budget, budget
from scalinglab.training.loop import finish, train
from scalinglab.training.networks.families import weight_names
from scalinglab.training.networks.perceptrons import forward
from scalinglab.training.networks.single import build_network
from scalinglab.training.progress import Training
from scalinglab.training.saving import SavedNetworks, load_networks, save_networks
from scalinglab.training.sweeps.measures import Experiment, Measure
from scalinglab.training.sweeps.results import Sweep, SweepError, summarize
from scalinglab.training.sweeps.store import Store, StoreError
from scalinglab.training.sweeps.sweep import sweep, sweeping
from scalinglab.training.tasks.digits import digits
from scalinglab.training.tasks.files import cifar10, mnist
from scalinglab.training.tasks.signals import signals
from scalinglab.training.tasks.task import Task
from scalinglab.training.tasks.teachers import teacher, teacher_student
from scalinglab.training.tasks.text import alphabet, text

__all__ = [
    "Budget",
    "Experiment",
    "Measure",
    "SavedNetworks",
    "Store",
    "StoreError",
    "Sweep",
    "SweepError",
    "Task",
    "Training",
    "alphabet",
    "budget",
    "build_network",
    "cifar10",
    "digits",
    "finish",
    "forward",
    "load_networks",
    "mnist",
    "save_networks",
    "signals",
    "summarize",
    "sweep",
    "sweeping",
    "teacher",
    "teacher_student",
    "text",
    "train",
    "weight_names",
]
