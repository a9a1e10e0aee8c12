"""Make ``dance.mp4``, its true motion ``dance-truth.bvh`` and its camera ``dance.json``.

Run with ``python examples/make_dance.py``; takes a few minutes. Nothing is random: the same versions of the
libraries give the same pictures.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from dancer.body import body
from dancer.clip import write_clip
from dancer.dance import BEAT_S, FPS, FRAMES, dance, global_pose
from dancer.music import write_tune
from dancer.picture import Camera, Studio, picture

from manekko.arrays import Array, UInt8
from manekko.files.bvh import bvh_from_motion, write_bvh
from manekko.motion.motion import CONTACT_POINTS

CAMERA = Camera(size_px=(640, 720), focal_px=1120.0, position_m=(0.0, 1.3, 4.3), pitch_rad=0.07)

_motion = cache(dance)
_studio = cache(Studio)


def draw_frame(frame: int) -> UInt8[Array, "height width 3"]:
    """Return one picture of the clip."""
    return picture(_studio(CAMERA), body(), *global_pose(_motion(), frame))


def _frames(workers: int) -> Iterator[Array]:
    if workers == 1:
        yield from map(draw_frame, range(FRAMES))
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(draw_frame, range(FRAMES), chunksize=4)


def write_truth(folder: Path) -> None:
    motion = _motion()
    (folder / "dance-truth.bvh").write_bytes(write_bvh(bvh_from_motion(motion)))
    notes = {
        "fps": FPS,
        "frames": FRAMES,
        "beats_per_minute": round(60 / BEAT_S),
        "camera": {
            "size_px": CAMERA.size_px,
            "focal_px": CAMERA.focal_px,
            "position_m": CAMERA.position_m,
            "world_to_camera": CAMERA.axes.round(9).tolist(),
        },
        "contacts": {
            name: "".join("1" if planted else "0" for planted in motion.contacts[:, column])
            for column, name in enumerate(CONTACT_POINTS)
        },
    }
    (folder / "dance.json").write_text(json.dumps(notes, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write into")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that draw")
    options = parser.parse_args()
    write_truth(options.out)
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "tune.wav"
        write_tune(sound)
        write_clip(options.out / "dance.mp4", _frames(options.workers), CAMERA.size_px, FPS, sound)


if __name__ == "__main__":
    main()
