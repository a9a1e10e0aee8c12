"""The figures that are told to people: what each means, from where on it is good, fair or poor, and what to do then."""

from dataclasses import dataclass
from typing import Literal

Group = Literal["What was seen", "Feet and floor", "Body", "Keys"]


@dataclass(frozen=True)
class Rule:
    """How one figure is written and judged; ``factor`` brings it to ``unit``."""

    key: str
    """Dotted name, as in ``flattened(Figures.as_dict())``."""
    group: Group
    label: str
    unit: str
    meaning: str
    good: float | None = None
    """Up to here it is good; None: neither good nor bad."""
    fair: float | None = None
    """Up to here it is fair, above poor."""
    advice: str = ""
    """What to do where it is not good."""
    factor: float = 1.0
    digits: int = 1
    needs_time: bool = False
    """Whether it means nothing for a single pose."""


RULES = (
    Rule(
        "foot.slide_mean_mm_per_frame", "Feet and floor", "Planted feet slide by", "mm a frame",
        "How far a standing foot creeps, coming to rest included. Above 2 mm the model seems to skate.",
        good=0.5, fair=2.0, digits=2, needs_time=True,
        advice="say in the fixes file when the foot stands (left-foot-planted), or delete the 足ＩＫ keys in between.",
    ),
    Rule(
        "foot.settled_slide_mm_per_frame", "Feet and floor", "Feet at rest slide by", "mm a frame",
        "The same between coming to rest and starting again, where a locked foot does not move at all.",
        good=0.2, fair=1.0, digits=2, needs_time=True,
        advice="if the 足ＩＫ keys move too, delete those in between; else the leg is too short: lower センター.",
    ),
    Rule(
        "foot.key_slide_mm_per_frame", "Feet and floor", "足ＩＫ keys move at rest by", "mm a frame",
        "How far the keys themselves carry a foot that rests. Feet that are locked, or turn on the ball, have 0.",
        good=0.05, fair=0.5, digits=2, needs_time=True,
        advice="copy the first 足ＩＫ key of each time that the foot stands to its end, and delete those between.",
    ),
    Rule(
        "foot.drift_p90_mm", "Feet and floor", "Feet at rest wander by up to", "mm",
        "How far a foot gets from its place while it stands, in nine of ten times that it does.",
        good=8.0, fair=30.0, needs_time=True,
        advice="the same as for feet that slide; a slow glide that is meant is no fault.",
    ),
    Rule(
        "foot.float_mean_mm", "Feet and floor", "Planted feet hover by", "mm",
        "Mean height of a standing foot's sole above the floor.",
        good=8.0, fair=20.0,
        advice="capture with --model for the model that dances, or lower センター and both 足ＩＫ by as much.",
    ),
    Rule(
        "foot.planted_share", "Feet and floor", "Feet on the floor", "% of the time",
        "Share of the time in which a foot stands still on the floor.",
        factor=100.0, digits=0, needs_time=True,
    ),
    Rule(
        "ground.penetration_p95_mm", "Feet and floor", "Feet sink into the floor by", "mm",
        "Depth below the floor that only one frame in twenty exceeds.",
        good=5.0, fair=20.0,
        advice="raise センター and both 足ＩＫ a little where you see it, or all with raise-cm in the fixes file.",
    ),
    Rule(
        "ground.floating_mean_mm", "Feet and floor", "Feet float above the floor by", "mm",
        "Mean height of the lowest sole outside jumps.",
        good=10.0, fair=30.0,
        advice="lower センター where you see it, or all with raise-cm in the fixes file; for a lost jump there is "
        "both-feet-in-air.",
    ),
    Rule(
        "flights.count", "Feet and floor", "Jumps", "",
        "How often both feet leave the floor and the body falls freely.",
        digits=0, needs_time=True,
    ),
    Rule(
        "flights.height_max_mm", "Feet and floor", "Highest jump", "cm",
        "How far the hips rise above where they take off and land.",
        factor=0.1, digits=0, needs_time=True,
    ),
    Rule(
        "flights.hang_mean_s", "Feet and floor", "Time in the air", "s a jump",
        "On average. A jump of 30 cm takes half a second.",
        digits=2, needs_time=True,
    ),
    Rule(
        "root_path_m", "Feet and floor", "Way of the hips", "m",
        "Length of the whole way, swaying included.",
        needs_time=True,
    ),
    Rule(
        "smoothness.jitter_over_speed", "Body", "Trembling, compared with the movement", "",
        "Shaking that no dancer does. A dance keyed by hand lies near 0.6; much more looks nervous.",
        good=0.6, fair=1.0, digits=2,
        advice="film with more light or closer; fewer keys (--keys edit or tiny) are calmer too.",
    ),
    Rule(
        "jumps.frame_share", "Body", "Frames with a sudden turn", "%",
        "A bone turns by more than 30° between two frames: a very fast hit, or a mistake worth a look.",
        good=0.01, fair=0.05, factor=100.0, needs_time=True,
        advice="look at the frames that are named; where it is a mistake, delete the bone's keys around it, or name "
        "the time as ignore, front-back or left-right in the fixes file.",
    ),
    Rule(
        "hyper_extended_share", "Body", "Elbows or knees bent the wrong way", "% of frames",
        "A joint that bends backward by more than 10°.",
        good=0.03, fair=0.1, factor=100.0,
        advice="look at the limb that is named and turn it back; in the fixes file front-back-left-leg and its like "
        "mirror a limb.",
    ),
    Rule(
        "body.hands_inside_share", "Body", "Hands inside the body", "% of frames",
        "A wrist or hand that is more than 2 cm deep in trunk or head.",
        good=0.01, fair=0.05, factor=100.0,
        advice="capture with --model for the model that dances; else turn 腕 or ひじ outward there.",
    ),
    Rule(
        "ik.reach_error_max_mm", "Body", "Leg IK out of reach by at most", "mm",
        "The foot is asked to go where the model's leg is too short. Large values stretch the knee.",
        good=20.0, fair=150.0,
        advice="capture with --model for the model that dances, or lower センター a little there.",
    ),
    Rule("keys.total", "Keys", "Keys", "", "Fewer keys are easier to edit by hand in MMD.", digits=0),
    Rule("keys.per_second", "Keys", "Keys a second", "", "All bones together.", digits=0, needs_time=True),
    Rule(
        "keys.full_share", "Keys", "Keys, compared with one in every frame", "%",
        "Of the bones that move. What people key by hand lies near 10 %.",
        good=0.25, fair=float("inf"), factor=100.0, digits=0, needs_time=True,
        advice="to edit the motion by hand, capture it with --keys edit, which is the default, in place of full; "
        "--keys tiny leaves fewer still.",
    ),
    Rule(
        "keys.median_spacing_frames", "Keys", "From a key to the next", "frames",
        "Half of them are nearer.",
        digits=0, needs_time=True,
    ),
)  # fmt: skip
