"""The preview: the video with what was seen, beside what was solved, so that a mistake shows at a glance."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np

from manekko.ahead import ahead
from manekko.arrays import Array, UInt8
from manekko.errors import InputError, MissingToolError
from manekko.people.keypoints import Track
from manekko.pixels.draw import draw_line, draw_text, fill_rectangle, text_size
from manekko.progress import Progress, silent
from manekko.show.dancer import DancerPanel, DancerView
from manekko.show.layout import (
    BACKGROUND,
    INK,
    LEFT,
    MOST_PEOPLE,
    PANEL,
    PLANTED,
    RIGHT,
    SIZE_PX,
    SOFT,
    Box,
    Layout,
    layout,
    person_colour,
)
from manekko.show.overlay import draw_track
from manekko.show.solved import PersonView, draw_floor, draw_solved
from manekko.video.source import Clip, Frame
from manekko.video.writer import VideoWriter, write_png

__all__ = ["DancerView", "PersonView", "write_preview", "write_preview_png"]

FASTEST_FPS = 30.0
"""The preview shows at most about this many frames a second, whatever the video has."""

_STAGE = "preview"
_DANCER_SHARE = 0.66
"""Of the width beside the video the character gets so much, the skeleton's side view the rest."""
_AHEAD = 3  # frames in memory that wait to be drawn or written


def write_preview(
    clip: Clip | None,
    people: Sequence[PersonView],
    target: Path,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    sound: Path | None = None,
    dancers: Sequence[DancerView] = (),
    progress: Progress = silent,
) -> tuple[str, ...]:
    """Write the preview as a video of 960×540; return what a person should know of it.

    Args:
        clip: the video; None draws the keypoints on a plain ground at the times of the first track.
        people: who was seen; the tracks' frames are those that ``clip.frames(start_s, end_s)`` gives.
        target: the video to write; it appears whole or not at all.
        start_s: where the clip begins [s].
        end_s: where it ends [s]; None means at its end.
        sound: a WAV in step with the first frame.
        dancers: the character of each person, who then dances in the front view; without graphics the skeleton does.
        progress: told after each frame.

    Raises:
        InputError: there is neither a clip nor a person to show.
    """
    size, fps, total = _about(clip, people)
    plan = _plan(size, people)
    frames = _frames(clip, people, plan, start_s, end_s)
    progress(_STAGE, 0, total)
    warnings: list[str] = []
    drawn = ahead(_pictures(ahead(_sparse(frames), _AHEAD), people, dancers, size, warnings), _AHEAD)
    with VideoWriter(target, SIZE_PX, min(fps, FASTEST_FPS), sound=sound) as writer, closing(drawn):
        for frame, picture in drawn:
            writer.write(picture, frame.time_s)
            progress(_STAGE, frame.index + 1, total)
    return tuple(warnings)


def _plan(size_px: tuple[int, int], people: Sequence[PersonView], *, front_share: float = 0.5) -> Layout:
    sizes = [person.framing.size_m for person in people[:MOST_PEOPLE]]
    if not sizes:
        return layout(size_px, 0)
    figure = max(wide for wide, _ in sizes), max(tall for _, tall in sizes)
    return layout(size_px, len(people), figure, front_share=front_share)


def _sparse(frames: Iterator[Frame]) -> Iterator[Frame]:
    """Leave out frames that come faster than the preview shows them."""
    next_s = 0.0
    for frame in frames:
        if frame.time_s >= next_s - 1e-3:
            next_s = max(next_s, frame.time_s - 1.0 / FASTEST_FPS) + 1.0 / FASTEST_FPS
            yield frame


def _pictures(
    frames: Iterator[Frame],
    people: Sequence[PersonView],
    dancers: Sequence[DancerView],
    size_px: tuple[int, int],
    warnings: list[str],
) -> Generator[tuple[Frame, UInt8[Array, "height width 3"]], None, None]:
    """Draw one picture after another; the graphics belong to the thread in which this runs."""
    with ExitStack() as stack:
        panel, plan = None, _plan(size_px, people)
        if dancers and plan.views:
            wide = _plan(size_px, people, front_share=_DANCER_SHARE)
            shown = list(zip(people, dancers, strict=False))[: len(wide.views)]
            try:
                panel = stack.enter_context(DancerPanel(shown, [front for front, _ in wide.views]))
                plan = wide
            except MissingToolError as error:
                warnings.append(f"the preview shows the skeleton alone: {error}")
        ground = _ground(plan, people, panel)
        for turn, frame in enumerate(frames):
            yield frame, preview_picture(frame, people, plan, ground, panel, turn)


def write_preview_png(
    clip: Clip | None,
    people: Sequence[PersonView],
    target: Path,
    *,
    start_s: float = 0.0,
    dancers: Sequence[DancerView] = (),
) -> tuple[str, ...]:
    """Write the preview of the first frame as a PNG of 960×540; return what a person should know of it.

    Raises:
        InputError: there is neither a clip nor a person to show.
    """
    size, _, _ = _about(clip, people)
    plan = _plan(size, people)
    warnings: list[str] = []
    frames = _frames(clip, people, plan, start_s, None)
    with closing(_pictures(frames, people, dancers, size, warnings)) as drawn:
        write_png(target, next(drawn)[1])
    return tuple(warnings)


def preview_picture(
    frame: Frame,
    people: Sequence[PersonView],
    plan: Layout,
    ground: UInt8[Array, "height width 3"],
    panel: DancerPanel | None = None,
    turn: int = 0,
) -> UInt8[Array, "height width 3"]:
    """Return one picture of the preview; the frame has the size of the plan's source, ``turn`` counts the pictures."""
    canvas = ground.copy()
    source = canvas[plan.source.rows, plan.source.columns]
    source[:] = frame.rgb
    seen = [_is_seen(person.track, frame.index) for person in people]
    for person in people:
        draw_track(source, person.track, frame.index)
    if not any(seen):
        _write_middle(source, "no one in view")
    for number, (person, views) in enumerate(zip(people, plan.views, strict=False)):
        if person.framing.follows:
            _draw_floors(canvas, views, person, person.frame_at(frame.time_s), panel, number)
    if plan.views:
        _write_legend(canvas)
    for number, (person, (front, side), in_view) in enumerate(zip(people, plan.views, seen, strict=False)):
        at = person.frame_at(frame.time_s)
        if panel is None:
            draw_solved(canvas, front, person, "front", at)
        else:
            panel.draw(canvas, number, at, turn)
        draw_solved(canvas, side, person, "side", at, None if panel is None else person.framing.from_side)
        if not in_view:
            width = text_size("filled", 11.0)[0]
            draw_text(canvas, "filled", (side.left + side.width - width - 12.0, side.top + 12.0), RIGHT, 11.0)
    _write_time(canvas, frame.time_s)
    return canvas


def _draw_floors(
    canvas: UInt8[Array, "height width 3"],
    views: tuple[Box, Box],
    person: PersonView,
    at: int,
    panel: DancerPanel | None,
    number: int,
) -> None:
    draw_floor(canvas, views[0], person.framing if panel is None else panel.framing(number), "front", at)
    draw_floor(canvas, views[1], person.framing if panel is None else person.framing.from_side, "side", at)


def _about(clip: Clip | None, people: Sequence[PersonView]) -> tuple[tuple[int, int], float, int | None]:
    """Return the size of the source [px], its frame rate and about how many frames there are."""
    if people:
        track = people[0].track
        spacing = float(np.median(np.diff(track.times_s))) if len(track.times_s) > 1 else 0.0
        fps = clip.info.fps if clip is not None else 1.0 / spacing if spacing > 0 else FASTEST_FPS
        return track.image_size_px, fps, len(track.times_s)
    if clip is None:
        raise InputError("a preview was asked for without a video and without a person; give at least one of them")
    return clip.info.size_px, clip.info.fps, clip.info.frame_estimate


def _frames(
    clip: Clip | None, people: Sequence[PersonView], plan: Layout, start_s: float, end_s: float | None
) -> Iterator[Frame]:
    """Yield the frames in the size in which they are shown."""
    if clip is not None:
        yield from clip.frames(start_s, end_s, size_px=(plan.source.width, plan.source.height))
        return
    track = people[0].track
    plain = np.full((plan.source.height, plan.source.width, 3), PANEL, dtype=np.uint8)
    for index, time_s in enumerate(track.times_s):
        yield Frame(index, float(time_s), plain)


def _is_seen(track: Track, frame: int) -> bool:
    return frame < len(track.times_s) and bool(np.isfinite(track.keypoints_px[frame]).all(-1).any())


def _ground(plan: Layout, people: Sequence[PersonView], panel: DancerPanel | None) -> UInt8[Array, "height width 3"]:
    """Return what stays the same in every picture."""
    canvas = np.full((SIZE_PX[1], SIZE_PX[0], 3), BACKGROUND, dtype=np.uint8)
    for number, (person, (front, side)) in enumerate(zip(people, plan.views, strict=False)):
        canvas[front.rows, front.columns] = PANEL
        canvas[side.rows, side.columns] = PANEL
        if not person.framing.follows:
            _draw_floors(canvas, (front, side), person, 0, panel, number)
        draw_text(canvas, "front", (front.left + 12.0, front.top + 12.0), SOFT, 11.0)
        draw_text(canvas, "side", (side.left + 12.0, side.top + 12.0), SOFT, 11.0)
        if len(people) > 1:
            name = str(person.track.track_id)
            place = (front.left + front.width - text_size(name, 14.0)[0] - 12.0, front.top + 11.0)
            draw_text(canvas, name, place, person_colour(person.track.track_id), 14.0)
    if not plan.views:
        _write_middle(canvas[:, plan.column.width :], "no motion")
    return canvas


def _write_middle(picture: UInt8[Array, "height width 3"], text: str) -> None:
    height, width = picture.shape[:2]
    size = text_size(text, 16.0)
    left, top = (width - size[0]) / 2, (height - size[1]) / 2
    fill_rectangle(picture, (left - 14, top - 10), (left + size[0] + 14, top + size[1] + 8), BACKGROUND, 0.8)
    draw_text(picture, text, (left, top), INK, 16.0)


def _write_time(canvas: UInt8[Array, "height width 3"], time_s: float) -> None:
    text = f"{int(time_s // 60)}:{time_s % 60:05.2f}"
    width, height = text_size("00:00.00", 13.0)
    top = SIZE_PX[1] - height - 14.0
    fill_rectangle(canvas, (6.0, top - 6.0), (width + 22.0, SIZE_PX[1] - 6.0), BACKGROUND, 0.7)
    draw_text(canvas, text, (14.0, top), INK, 13.0)


def _write_legend(canvas: UInt8[Array, "height width 3"]) -> None:
    """Explain the colours in the lower right corner, before the dancers are drawn: so it hides no one."""
    left, top = SIZE_PX[0] - 230.0, SIZE_PX[1] - text_size("left", 11.0)[1] - 12.0
    fill_rectangle(canvas, (left - 4.0, top - 7.0), (SIZE_PX[0] - 2.0, SIZE_PX[1] - 2.0), PANEL, 0.8)
    for text, colour in (("left", LEFT), ("right", RIGHT), ("planted", PLANTED)):
        width, height = text_size(text, 11.0)
        middle = top + height / 2
        draw_line(canvas, (left + 4.0, middle), (left + 14.0, middle), colour, 6.0)
        draw_text(canvas, text, (left + 23.0, top), SOFT, 11.0)
        left += width + 40.0
