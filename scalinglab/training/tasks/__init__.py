"""What networks are asked to learn.

- ``task``: ``Task``, inputs and labels as read-only arrays
- ``digits``, ``text``: real data that come with Python and scikit-learn
- ``teachers``: made data, the labels of which another network gives
- ``signals``: made data of ten classes, as many as asked for
- ``files``: MNIST and CIFAR-10 from files of your own
- ``catalogue``: tasks by name, as a grid names them
"""
