#: Your answer: the same function. It stays with you; students get its results, and no line of it.
#: It may return a number, a text, True or False, or a list or NumPy array of real numbers. No dict, tensor or complex
#: number. A student may return a list where you return an array, and an array where you return a list.
def amount_left(start, half_life, years):
    return start * 0.5 ** (years / half_life)
