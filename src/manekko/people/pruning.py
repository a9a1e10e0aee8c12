"""A network without what its unasked outputs need: the same numbers in less time.

A .tflite file is a FlatBuffer: tables whose fields are found through a list of offsets, and vectors with their length
in front. A vector is made shorter where it stands, so nothing else moves.
"""

import struct
from collections.abc import Sequence

# Numbers of the fields that are needed, of the schema's tables.
_MODEL_SUBGRAPHS = 2
_SUBGRAPH_OUTPUTS, _SUBGRAPH_OPERATORS = 2, 3
_OPERATOR_INPUTS, _OPERATOR_OUTPUTS = 1, 2


def pruned(model: bytes, outputs: Sequence[int]) -> bytes:
    """Return the model with only these of its outputs, in this order, and the operators that they depend on.

    Args:
        model: a .tflite file of one subgraph, known to be sound.
        outputs: numbers of outputs.
    """
    data = bytearray(model)
    (subgraph,) = _tables(data, _field(data, _target(data, 0), _MODEL_SUBGRAPHS))
    outputs_at = _field(data, subgraph, _SUBGRAPH_OUTPUTS)
    tensors = _integers(data, outputs_at)
    wanted = [tensors[number] for number in outputs]
    struct.pack_into(f"<I{len(wanted)}i", data, outputs_at, len(wanted), *wanted)
    operators_at = _field(data, subgraph, _SUBGRAPH_OPERATORS)
    needed = _needed(data, _tables(data, operators_at), set(wanted))
    struct.pack_into("<I", data, operators_at, len(needed))
    for place, table in enumerate(needed, start=1):
        struct.pack_into("<I", data, operators_at + 4 * place, table - (operators_at + 4 * place))
    return bytes(data)


def _needed(data: bytearray, operators: Sequence[int], tensors: set[int]) -> list[int]:
    """Return those operators, given in order of execution, that ``tensors`` depend on."""
    needed: list[int] = []
    for table in reversed(operators):
        if tensors.intersection(_integers(data, _field(data, table, _OPERATOR_OUTPUTS))):
            tensors.update(_integers(data, _field(data, table, _OPERATOR_INPUTS)))
            needed.append(table)
    return needed[::-1]


def _target(data: bytearray, at: int) -> int:
    """Return where the offset that stands at ``at`` leads."""
    return at + struct.unpack_from("<I", data, at)[0]


def _field(data: bytearray, table: int, number: int) -> int:
    """Return where the vector in a field of a table begins."""
    fields = table - struct.unpack_from("<i", data, table)[0]
    return _target(data, table + struct.unpack_from("<H", data, fields + 4 + 2 * number)[0])


def _tables(data: bytearray, vector: int) -> list[int]:
    count = struct.unpack_from("<I", data, vector)[0]
    return [_target(data, vector + 4 * place) for place in range(1, count + 1)]


def _integers(data: bytearray, vector: int) -> tuple[int, ...]:
    count = struct.unpack_from("<I", data, vector)[0]
    return struct.unpack_from(f"<{count}i", data, vector + 4)
