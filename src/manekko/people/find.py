"""Clip to tracks: the frames are cut into chunks, each chunk is followed by itself, and the people are put together."""

import os
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.errors import InputError
from manekko.people.camera_path import default_focal_px
from manekko.people.find_camera import find_camera
from manekko.people.glimpses import Glimpses
from manekko.people.identities import people_of
from manekko.people.keypoints import Face, Hands, Track
from manekko.people.tracker import Networks, follow
from manekko.people.tracklet import Tracklet
from manekko.pixels.warp import resize
from manekko.progress import Progress, silent
from manekko.video.source import Clip
from manekko.weights import fetch_weights

PARTS = frozenset({"body", "hands", "face"})
"""What can be looked for."""

CHUNK = 24
"""Frames that are followed in one go. Fixed, so that the result does not depend on the number of workers."""

LONGEST_SIDE_PX = 1920
"""Larger pictures are made smaller: no network looks at more than 256 px, and memory is bounded."""

_MEMORY_BYTES = 600_000_000  # of frames alive at once

Chunk = list[tuple[int, UInt8[Array, "height width 3"]]]


def find_people(
    clip: Clip,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    people: int | None = None,
    parts: frozenset[str] = frozenset({"body"}),
    workers: int | None = None,
    progress: Progress = silent,
) -> list[Track]:
    """Return a track for each person, in order of appearance; empty where nobody is seen.

    Each tells how the camera turned. The result is the same, bit for bit, whatever the number of workers.

    Args:
        clip: where to look.
        start_s: first moment [s].
        end_s: moment to stop before [s]; None for the end.
        people: keep only so many, the most prominent; None keeps everybody.
        parts: "body", always, and "hands" and "face" if wanted.
        workers: threads that look at chunks; as many as processors by default, fewer if frames are large.
        progress: told the number of frames done.

    Raises:
        InputError: the clip cannot be read, ``people`` is not positive or a part is unknown.
        MissingToolError: the models are not there and cannot be fetched.
    """
    if people is not None and people < 1:
        raise InputError(f"{people} people asked for; give 1 or more, or leave it out for everybody")
    if unknown := parts - PARTS:
        raise InputError(f"unknown part {sorted(unknown)[0]!r}; known are {', '.join(sorted(PARTS))}")
    fetch_weights(progress)  # once, before the workers would all try
    size_px = clip.info.size_px
    times_s: list[float] = []
    glimpses = Glimpses()
    frames = _noted(clip, start_s, end_s, times_s, glimpses)
    tracklets = _followed(frames, parts, _worker_count(workers, size_px), progress, clip.info.frame_estimate)
    fps = clip.info.fps if clip.info.fps > 0 else 30.0
    persons = people_of(tracklets, fps=fps, frame_count=len(times_s), people=people)
    times = np.array(times_s)
    factor = 1.0 / _shrinking(size_px)
    tracks = [
        _track(number, [one.enlarged(factor) for one in person], times, size_px)
        for number, person in enumerate(persons, start=1)
    ]
    if not tracks:
        return []
    path = find_camera(
        clip,
        tracks,
        glimpses,
        focal_px=default_focal_px(size_px),
        start_s=start_s,
        end_s=end_s,
        progress=progress,
    )
    return [replace(track, camera=path) for track in tracks]


def _noted(
    clip: Clip, start_s: float, end_s: float | None, times_s: list[float], glimpses: Glimpses
) -> Iterator[tuple[int, UInt8[Array, "height width 3"]]]:
    factor = _shrinking(clip.info.size_px)
    for frame in clip.frames(start_s, end_s):
        times_s.append(frame.time_s)
        glimpses.look(frame.index, frame.rgb)
        height, width = frame.rgb.shape[:2]
        small = (round(width * factor), round(height * factor))
        yield frame.index, frame.rgb if factor == 1.0 else resize(frame.rgb, small)


def _shrinking(size_px: tuple[int, int]) -> float:
    return min(1.0, LONGEST_SIDE_PX / max(size_px))


def _worker_count(workers: int | None, size_px: tuple[int, int]) -> int:
    chunk_bytes = CHUNK * 3 * size_px[0] * size_px[1] * _shrinking(size_px) ** 2
    affordable = max(1, int(_MEMORY_BYTES / chunk_bytes) - 1)  # one more chunk is being decoded
    return min(workers if workers is not None else os.cpu_count() or 1, affordable)


def _followed(
    frames: Iterator[tuple[int, UInt8[Array, "height width 3"]]],
    parts: frozenset[str],
    workers: int,
    progress: Progress,
    total: int | None,
) -> list[Tracklet]:
    own = threading.local()

    def follow_chunk(chunk: Chunk) -> list[Tracklet]:
        if not hasattr(own, "networks"):
            own.networks = Networks.load(parts)
        return follow(own.networks, _given_away(chunk))

    tracklets: list[Tracklet] = []
    waiting: deque[tuple[int, Future[list[Tracklet]]]] = deque()
    done = 0
    progress("people", done, total)
    with ThreadPoolExecutor(workers, thread_name_prefix="people") as pool:
        chunks = _chunks(frames)
        while True:
            chunk = next(chunks, None)
            if chunk:
                waiting.append((len(chunk), pool.submit(follow_chunk, chunk)))
            # One chunk more than there are workers may wait, so that decoding and looking overlap.
            while waiting and (chunk is None or len(waiting) > workers):
                count, future = waiting.popleft()
                tracklets += future.result()
                done += count
                progress("people", done, total)
            if chunk is None:
                return tracklets


def _chunks(frames: Iterator[tuple[int, UInt8[Array, "height width 3"]]]) -> Iterator[Chunk]:
    while chunk := list(islice(frames, CHUNK)):
        yield chunk


def _given_away(chunk: Chunk) -> Iterator[tuple[int, UInt8[Array, "height width 3"]]]:
    """Yield the frames and forget each, so that its memory is free while the next is looked at."""
    chunk.reverse()
    while chunk:
        yield chunk.pop()


def _track(number: int, person: list[Tracklet], times_s: Float[Array, " frame"], size_px: tuple[int, int]) -> Track:
    count = len(times_s)
    keypoints, world = np.full((count, 33, 2), np.nan), np.full((count, 33, 3), np.nan)
    confidences = np.zeros((count, 33))
    for one in person:
        keypoints[one.frames], confidences[one.frames] = one.keypoints_px, one.confidences
        if one.world_m is not None:
            world[one.frames] = one.world_m
    return Track(
        track_id=number,
        times_s=times_s,
        keypoints_px=keypoints,
        confidences=confidences,
        world_m=world,
        image_size_px=size_px,
        hands=_hands(person, count),
        face=_face(person, count),
    )


def _hands(person: list[Tracklet], count: int) -> Hands | None:
    if person[0].hands_px is None:
        return None
    keypoints = np.full((count, 2, 21, 2), np.nan, np.float32)
    world = np.full((count, 2, 21, 3), np.nan, np.float32)
    scores = np.zeros((count, 2), np.float32)
    for one in person:
        keypoints[one.frames], world[one.frames], scores[one.frames] = one.hands_px, one.hands_world_m, one.hand_scores
    return Hands(keypoints, world, scores)


def _face(person: list[Tracklet], count: int) -> Face | None:
    if person[0].face_px is None:
        return None
    keypoints, scores = np.full((count, 468, 3), np.nan, np.float32), np.zeros(count, np.float32)
    for one in person:
        keypoints[one.frames], scores[one.frames] = one.face_px, one.face_scores
    return Face(keypoints, scores)
