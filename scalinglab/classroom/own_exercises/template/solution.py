#: Your answer: the same function. It stays with you; students get its results, and no line of it.
def amount_left(start, half_life, years):
    return start * 0.5 ** (years / half_life)
