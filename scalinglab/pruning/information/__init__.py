"""What a mask reveals about the labels it was made from, and how far that helps its network.

- ``entropy``: entropy and information of counts, with corrections and what independent pairs give
- ``ceilings``: divergence of two coins, choices of a mask, effective numbers of parameters
- ``noise``: coin flips as labels, all labelings, and how many labels a network gives back
- ``trials``: masks of every method for many labelings and networks at once
- ``enumeration``: information exactly, by all labelings
- ``events``: the inequality between the information in a mask and what it buys
- ``sampling``: estimates over drawn networks, and bounds for larger ones
- ``memory``, ``lipschitz``: what masked networks memorise, and how steep they get by it
"""
