"""KalidoKit, the solver of most web VTubing, on our keypoints: run through node as its own demo does.

The demo's recipe: every bone follows its new rotation by 0.3 a frame, hips and spine are damped, the picture is
mirrored. See ``kalidokit/solve.mjs``.
"""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from manekko.arrays import Array, Float
from manekko.bench.naive import SIDES, at_vmd_frames, held, keyed, limbs, one_euro, rest_direction
from manekko.errors import MissingToolError
from manekko.motion.motion import RigMotion
from manekko.people.keypoints import BODY33_MIRROR, Track
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import IDENTITY_XYZW, between, multiply, slerp
from manekko.weights import cache_folder

_HERE = Path(__file__).parent / "kalidokit"
_FOLLOW, _FOLLOW_POSITION = 0.3, 0.07
_PARTS = {"UpperArm": "腕", "LowerArm": "ひじ", "Hand": "手首", "UpperLeg": "足", "LowerLeg": "ひざ"}
_HALF_TURN = np.array([-1.0, 1.0, -1.0])
# VRM 0 faces -z; half a turn about y brings it to our +z.


def kalidokit_motion(track: Track, rig: Rig) -> RigMotion:
    """Return what KalidoKit's demo makes of the keypoints, on the model's own rest pose.

    Raises:
        MissingToolError: node or npm is missing, or the package cannot be fetched.
    """
    solved = _solve(_input(track), _installed())
    turns, centre_m = _followed(solved)
    return keyed(rig, _on_rig(turns, rig), centre_m - centre_m[0])


def _installed() -> Path:
    """Return a folder in the user's cache with the driver and KalidoKit beside it."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise MissingToolError(f"{tool} is missing; install Node.js to run KalidoKit beside Manekko")
    folder = cache_folder().parent / "bench-kalidokit"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "solve.mjs"):
        shutil.copyfile(_HERE / name, folder / name)
    if not (folder / "node_modules" / "kalidokit" / "package.json").is_file():
        command = [str(shutil.which("npm")), "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["npm said nothing"]
            raise MissingToolError(f"npm could not fetch KalidoKit into {folder}: {lines[-1]}")
    return folder


def _input(track: Track) -> dict[str, object]:
    """Keypoints as MediaPipe's JavaScript gives them for a mirrored picture, at VMD's rate."""
    width, height = track.image_size_px
    world = held(one_euro(track.world_m, track.times_s))
    image = held(track.keypoints_px)
    centred = image - image.mean(1, keepdims=True)
    scale = np.linalg.norm(centred, axis=(1, 2)) / np.linalg.norm(world[..., :2], axis=(1, 2))
    image = np.concatenate([image, world[..., 2:] * scale[:, None, None]], axis=-1) / [width, height, width]
    rows = np.concatenate([world, image, track.confidences[..., None]], axis=-1)[:, BODY33_MIRROR]
    rows = at_vmd_frames(rows, track.times_s)
    rows[..., 0], rows[..., 3] = -rows[..., 0], 1.0 - rows[..., 3]

    def points(columns: Float[Array, "keypoint 3"], seen: Float[Array, " keypoint"]) -> list[dict[str, float]]:
        return [
            {"x": x, "y": y, "z": z, "visibility": v}
            for (x, y, z), v in zip(columns.tolist(), seen.tolist(), strict=True)
        ]

    frames = [{"world": points(row[:, :3], row[:, 6]), "image": points(row[:, 3:6], row[:, 6])} for row in rows]
    return {"width": width, "height": height, "frames": frames}


def _solve(request: dict[str, object], folder: Path) -> list[dict[str, list]]:
    command = [str(shutil.which("node")), str(folder / "solve.mjs")]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise MissingToolError(f"KalidoKit failed under node: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return json.loads(done.stdout)


def _followed(solved: list[dict[str, list]]) -> tuple[dict[str, Array], Float[Array, "frame 3"]]:
    """Local rotations by VRM bone in our axes, and the place of the hips [m], eased as the demo eases them."""
    sources = {"Hips": ("Hips", 0.7), "Spine": ("Spine", 0.45), "Chest": ("Spine", 0.25)}
    sources |= {side + part: (side + part, 1.0) for side in ("Left", "Right") for part in _PARTS}
    turns: dict[str, Array] = {}
    for bone, (source, share) in sources.items():
        now, eased = IDENTITY_XYZW, []
        for frame in solved:
            *angles, order = frame[source]
            wanted = Rotation.from_euler(order.upper(), np.nan_to_num(np.array(angles, dtype=np.float64)) * share)
            now = slerp(now, wanted.as_quat(), _FOLLOW)
            eased.append(now)
        turns[bone] = np.array(eased) * [*_HALF_TURN, 1.0]
    place, places = np.zeros(3), []
    for frame in solved:
        x, _, z = frame["position"]
        place = place + _FOLLOW_POSITION * (np.array([x, 0.0, -z]) - place)
        places.append(place)
    return turns, np.array(places) * _HALF_TURN


def _on_rig(turns: dict[str, Array], rig: Rig) -> dict[str, Float[Array, "frame 4"]]:
    """World rotations of the model's bones: KalidoKit's, told from a T-pose, plus the way from the rest pose to it."""
    chest = multiply(multiply(turns["Hips"], turns["Spine"]), turns["Chest"])
    result = {"下半身": turns["Hips"], "上半身": chest}
    for side, english in SIDES.items():
        outward = np.array([1.0 if english == "left" else -1.0, 0.0, 0.0])
        straight = {"腕": outward, "ひじ": outward, "手首": outward}
        world = {"上半身": chest, "下半身": turns["Hips"]}
        for bone, above, tip in limbs(rig, side):
            part = next((vrm for vrm, name in _PARTS.items() if side + name == bone), None)
            if part is None:
                continue
            world[bone] = multiply(world[above], turns[english.capitalize() + part])
            way = straight.get(bone.removeprefix(side), np.array([0.0, -1.0, 0.0]))
            result[bone] = multiply(world[bone], between(rest_direction(rig, bone, tip), way))
    return result
