"""A clip several times over, without decoding it."""

from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer


def repeat_clip(source: Path, target: Path, times: int) -> None:
    """Write a file that plays the source ``times`` times: its packets copied, their times shifted.

    Args:
        source: any video file.
        target: written under a temporary name first; its suffix names the container.
        times: 1 or more.
    """
    temporary = target.with_name(f"{target.stem}.part{target.suffix}")
    last: dict[int, int] = {}
    with av.open(str(temporary), "w") as written:
        for turn in range(times):
            _append(source, written, turn, last)
    temporary.replace(target)


def _append(source: Path, written: OutputContainer, turn: int, last: dict[int, int]) -> None:
    """Add the source's packets, shifted by ``turn`` lengths; ``last`` keeps each stream's latest decoding time."""
    with av.open(str(source)) as clip:
        streams = [*clip.streams.video[:1], *clip.streams.audio[:1]]
        if turn == 0:
            for stream in streams:
                written.add_stream_from_template(stream)
        outputs = dict(zip((stream.index for stream in streams), written.streams, strict=True))
        length_s = max(Fraction(stream.duration or 0) * (stream.time_base or 0) for stream in streams)
        for packet in clip.demux(streams):
            if packet.dts is None or packet.pts is None or packet.time_base is None:
                continue
            index = packet.stream.index
            shift = round(turn * length_s / packet.time_base)
            packet.pts += shift
            packet.dts += shift
            # A stream that outlasts the others by part of a packet would run backwards where two turns meet.
            if packet.dts <= last.get(index, packet.dts - 1) or packet.pts < packet.dts:
                continue
            last[index] = packet.dts
            packet.stream = outputs[index]
            written.mux(packet)
