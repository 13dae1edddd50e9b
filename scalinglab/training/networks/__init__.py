"""What is trained: stacks of networks, how they lie in memory, forward and back.

- ``perceptrons``, ``passes``: the fast stack of multilayer perceptrons
- ``families``: networks of one architecture at any width, as modules of PyTorch and as a stack; ``modules``: such a
  stack in memory
- ``convolutions``, ``attention``: the two that come with the package; ``own``: a user's module, looked over
- ``making``: from a plan to its stack, and to what runs it; ``weighting``: masks, and masses of units
"""

from scalinglab.training.networks.perceptrons import ACTIVATIONS, Arrays, draw

__all__ = ["ACTIVATIONS", "Arrays", "draw"]
