"""Right answers for chapter 00 written in another way than the solutions: a check must take them too."""


def parameter_count(inputs, width, depth, classes):
    sizes = [inputs] + depth * [width] + [classes]
    return sum((sizes[layer] + 1) * sizes[layer + 1] for layer in range(depth + 1))


SECOND_ANSWERS = {"00-parameters": parameter_count}
