"""One network of the detector, run by LiteRT on one thread."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from manekko.arrays import Array, Float
from manekko.people.pruning import pruned
from manekko.weights import weight_path


class Net:
    """A loaded network. Not to be called from two threads at once: each worker loads its own.

    One thread, because two networks side by side are quicker than one on two threads, and the sums then come in the
    same order on every machine with as many cores as it may have.
    """

    def __init__(self, name: str, outputs: tuple[int, ...]) -> None:
        """Load as much of a model as some of its outputs need.

        Args:
            name: of the model's file.
            outputs: numbers of the outputs, in the order in which a call shall return them.

        Raises:
            MissingToolError: the file is not there and cannot be fetched.
        """
        model = pruned(weight_path(name).read_bytes(), outputs)
        with _quietly():
            self._interpreter = Interpreter(model_content=model, num_threads=1)
            self._interpreter.allocate_tensors()
        (inputs,) = self._interpreter.get_input_details()
        self._input = inputs["index"]
        self._outputs = [output["index"] for output in self._interpreter.get_output_details()]
        self.side = int(inputs["shape"][1])
        """Width and height of the picture that it takes [px]."""

    def __call__(self, picture: Float[Array, "side side 3"]) -> list[np.ndarray]:
        """Return the outputs for one picture, without their batch axis."""
        self._interpreter.set_tensor(self._input, picture[None])
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(output)[0] for output in self._outputs]


_loading = threading.Lock()


@contextmanager
def _quietly() -> Iterator[None]:
    """Hold back what LiteRT writes to the error stream while loading: its greeting, which no option stops.

    Its errors come as exceptions all the same.
    """
    with _loading:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


def sigmoid(logits: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return 1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0)))
