#: What students begin with: one function that holds the line with `raise`. Lines with #: are for you.
def amount_left(start, half_life, years):
    raise NotImplementedError
