from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from manekko.people.pruning import pruned


def _answers(model: bytes, picture: np.ndarray) -> list[np.ndarray]:
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture)
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]


@pytest.mark.weights
@pytest.mark.parametrize(
    ("name", "outputs"),
    [
        ("pose_landmark_full.tflite", (0, 1, 3, 4)),
        ("pose_landmark_full.tflite", (4, 0)),
        ("hand_landmark_full.tflite", (0, 1, 3)),
        ("face_landmark.tflite", (1,)),
    ],
)
def test_what_is_left_of_a_network_answers_the_same_to_the_bit(
    name: str, outputs: tuple[int, ...], weights_folder: Path
):
    model = (weights_folder / name).read_bytes()
    side = 192 if name.startswith("face") else 224 if name.startswith("hand") else 256
    picture = np.random.default_rng(5).random((1, side, side, 3), dtype=np.float32)
    everything, asked = _answers(model, picture), _answers(pruned(model, outputs), picture)
    assert len(asked) == len(outputs)
    for number, answer in zip(outputs, asked, strict=True):
        np.testing.assert_array_equal(answer, everything[number])
