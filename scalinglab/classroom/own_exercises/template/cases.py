#: The calls that the check makes, the simplest first: each `yield` gives the arguments of one call.
#: `draw` is a random.Random. Each student gets one of twelve sets of numbers, by name.
def cases(draw):
    yield 100, 10, 10
    yield 80, draw.randint(5, 20), draw.randint(25, 60)
    yield round(draw.uniform(1, 9), 1), round(draw.uniform(2, 8), 1), round(draw.uniform(0.5, 1.5), 2)
