"""Record what MediaPipe itself says of a few frames: the judge of the people detector.

MediaPipe 0.10.21 wants an older numpy than Manekko, so it lives in its own environment, and both look at the same PNGs:

    python -m venv /tmp/mediapipe
    /tmp/mediapipe/bin/pip install --no-deps mediapipe==0.10.21
    /tmp/mediapipe/bin/pip install "numpy<2" "opencv-python-headless<4.12" absl-py "protobuf>=4.25.3,<5" \
        flatbuffers attrs matplotlib
    python tests/golden/record_people.py frames /tmp/frames              # in Manekko's environment
    /tmp/mediapipe/bin/python tests/golden/record_people.py record /tmp/frames tests/golden/people.json

Only keypoints are kept, never pictures: most frames come from clips that may not be passed on.
"""

import json
import os
import sys
from pathlib import Path

FRAMES = {
    "examples/dance.mp4": (0, 100, 200),
    "video/dance_frontal_1080x1920_24fps.mp4": (0, 40, 90),
    "video/dance_outdoor_512x758_24fps.mp4": (0, 30, 100),
    "video/gymnast_moving_camera_1080p_30fps.mp4": (0, 50),
    "anime/anime_dance_368x368_25fps.gif": (0, 30),
}
"""The example clip and clips of the measuring data, and the frames taken from each. Record anew when a clip changes."""

ROOT = Path(__file__).parents[2]


def write_frames(folder: Path) -> None:
    """Write the frames as PNG, decoded as Manekko decodes them."""
    from manekko.video.source import open_clip
    from manekko.video.writer import write_png

    data = Path(os.environ.get("MANEKKO_DATA", ROOT.parent / "shared" / "data"))
    folder.mkdir(parents=True, exist_ok=True)
    for name, numbers in FRAMES.items():
        for frame in open_clip((ROOT if name.startswith("examples/") else data) / name).frames():
            if frame.index in numbers:
                write_png(folder / f"{Path(name).stem}-{frame.index}.png", frame.rgb)


def record(folder: Path, target: Path) -> None:
    """Write MediaPipe's keypoints of each frame, seen as a still picture, in px and metres."""
    import cv2
    import mediapipe

    pose = mediapipe.solutions.pose.Pose(static_image_mode=True, model_complexity=1)
    answers = {}
    for name, numbers in FRAMES.items():
        for number in numbers:
            rgb = cv2.cvtColor(cv2.imread(str(folder / f"{Path(name).stem}-{number}.png")), cv2.COLOR_BGR2RGB)
            height, width = rgb.shape[:2]
            found = pose.process(rgb)
            answers.setdefault(name, {})[str(number)] = {
                "keypoints_px": [
                    [round(p.x * width, 3), round(p.y * height, 3)] for p in found.pose_landmarks.landmark
                ],
                "visibility": [round(p.visibility, 4) for p in found.pose_landmarks.landmark],
                "world_m": [[round(v, 5) for v in (p.x, p.y, p.z)] for p in found.pose_world_landmarks.landmark],
            }
    target.write_text(json.dumps({"source": "mediapipe 0.10.21", "frames": answers}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "frames":
        write_frames(Path(sys.argv[2]))
    else:
        record(Path(sys.argv[2]), Path(sys.argv[3]))
