"""What a mask knows of the labels that it was made from, and what that is good for.

- ``entropy``: entropy and information of counts, with corrections and what independent pairs give
- ``ceilings``: divergence of two coins, choices of a mask, effective numbers of parameters
- ``noise``: coin flips as labels, all labelings, who gives them back
- ``trials``: masks of every method for many labelings and networks at once
- ``enumeration``: information exactly, by all labelings
- ``events``: the inequality between what is known and what it buys
- ``sampling``: estimates over drawn networks, and bounds for larger ones
- ``memory``, ``lipschitz``: what masked networks memorise, and how steep they get by it
"""
