#: The calls that the check makes, the simplest first: each `yield` gives the arguments of one call.
#: `draw` is a random.Random: take every random number from it. Each student gets one of twelve sets, by name.
#: Arguments may be numbers, texts, True, False, None, NumPy arrays of real numbers, and lists and dicts of these.
#: A tuple becomes a list. Tensors and complex numbers are refused.
def cases(draw):
    yield 100, 10, 10
    yield 80, draw.randint(5, 20), draw.randint(25, 60)
    yield round(draw.uniform(1, 9), 1), round(draw.uniform(2, 8), 1), round(draw.uniform(0.5, 1.5), 2)
