"""The moving picture at the top of the README: the clip, what is seen in it, and the character that dances the same."""

import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from manekko.capture import CaptureOptions, capture
from manekko.files.keypoints import read_tracks
from manekko.people.keypoints import Track
from manekko.pixels.warp import resize
from manekko.render import RenderOptions, render
from manekko.show.overlay import draw_track
from manekko.video.source import open_clip
from tests.gallery.sheets import Tile

_TILE_PX = (266, 300)
_FINER = 2
_START_S, _END_S = 0.5, 6.5
_EVERY = 3
"""Of the clip's frames (30 a second) every third is shown."""
_DIM = 0.55
_MOST_BYTES = 500_000


def dance(clip_path: Path, target: Path) -> None:
    """Write an animated WebP of a clip, its keypoints and the character, side by side and in step."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        capture(CaptureOptions(clip_path, out=out, preview=False))
        large = (_FINER * _TILE_PX[0], _FINER * _TILE_PX[1])
        start, end = _START_S, _END_S
        render(RenderOptions((out,), out / "drawn", camera="source", size_px=large, fps=30.0, start_s=start, end_s=end))
        [track] = read_tracks(out / f"{clip_path.stem}-keypoints.npz")
        drawn = [frame.rgb for frame in open_clip(out / "drawn").frames()]
        frames = list(open_clip(clip_path).frames(size_px=_TILE_PX))[round(start * 30) :]
        rows = [
            _side_by_side(frame.rgb, frame.index, track, resize(picture, _TILE_PX))
            for frame, picture in zip(frames, drawn, strict=False)
        ]
        write_animation(target, rows[::_EVERY], 30.0 / _EVERY)


def _side_by_side(source: Tile, index: int, track: Track, character: Tile) -> Tile:
    seen = (source * _DIM).astype(np.uint8)
    draw_track(seen, track, index)
    return np.concatenate([source, seen, character], axis=1)


def write_animation(target: Path, pictures: list[Tile], fps: float) -> None:
    """Write an endless animated WebP, as good as fits into ``_MOST_BYTES``."""
    for quality in (80, 70, 60, 50, 40, 30, 20):
        with av.open(str(target), "w", format="webp", options={"loop": "0"}) as container:
            stream = container.add_stream("libwebp_anim", rate=Fraction(fps), options={"quality": str(quality)})
            assert isinstance(stream, VideoStream)
            stream.height, stream.width = pictures[0].shape[:2]
            stream.pix_fmt = "yuv420p"
            for picture in pictures:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")))
            container.mux(stream.encode(None))
        if target.stat().st_size <= _MOST_BYTES:
            break
