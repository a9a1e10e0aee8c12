"""What a report is made of: the clip, its people, and what each stage took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from manekko.motion.motion import Motion
from manekko.people.keypoints import Track
from manekko.show.words import frame_ends, track_warnings
from manekko.video.source import ClipInfo


@dataclass(frozen=True)
class PersonReport:
    """What is known of one person of the clip."""

    track: Track
    motion: Motion | None
    """What was solved; None if solving was impossible."""
    files: Mapping[str, str]
    """Kind → name of each file written for this person, from the report's folder: ``{"vmd": "dance-p1.vmd"}``."""
    metrics: Mapping[str, object]
    """``Figures.as_dict()`` of the motion on its model; empty without."""
    first_s: float = 0.0
    """Time of the motion's first frame on the track's clock [s]."""
    warnings: tuple[str, ...] = ()
    """What else a person should know, before what the track and the motion tell by themselves."""
    camera: Mapping[str, object] = field(default_factory=dict)
    """Where the clip's camera stands: ``size_px``, ``focal_px``, ``position_m`` and ``rotation_xyzw`` in the motion's
    world, and ``scale``, how many times larger the motion is in the files for MMD; empty where that is unknown."""


@dataclass(frozen=True)
class Report:
    """Everything that one run of ``capture`` tells."""

    version: str
    """Manekko's version."""
    input: Mapping[str, object]
    """About the clip: ``name``, ``kind``, ``size_px``, ``fps``, ``duration_s``, ``has_sound`` …, as JSON takes them."""
    people: Sequence[PersonReport]
    timing_s: Mapping[str, float]
    """Stage → time it took [s]."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Kind → name of the files that concern the whole clip: ``preview``, ``wav``, ``report`` …."""
    model_name: str = ""
    """The model that the motion was made for; empty for the built-in rig."""
    warnings: tuple[str, ...] = ()
    """What concerns the whole clip."""


def clip_facts(info: ClipInfo) -> dict[str, object]:
    """Return what a report tells of a clip."""
    return {
        "kind": info.kind,
        "size_px": list(info.size_px),
        "fps": round(info.fps, 3),
        "duration_s": info.duration_s,
        "has_sound": info.has_sound,
    }


def person_warnings(person: PersonReport) -> list[str]:
    """Return the person's warnings in words, each once."""
    own = track_warnings(person.track, person.motion, first_s=person.first_s)
    return list(dict.fromkeys([*person.warnings, *own]))


def seconds_seen(track: Track) -> float:
    """Return for how long the person is in view [s]."""
    return float((frame_ends(track.times_s) - track.times_s)[track.seen].sum()) if len(track.times_s) else 0.0
