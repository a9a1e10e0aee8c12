"""What the server tells the page: the source of ``web/src/api/messages.ts`` (see ``typescript.py``).

Addresses are relative to the page's own, which begins with the server's secret. Times are in seconds from the motion's
first frame. Positions and turns are MMD's: left-handed, units of 8 cm, quaternions xyzw.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A part of the time, from ``start_s`` up to ``end_s``."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class Notice:
    """What may need the user's eye."""

    text: str
    """One line, in English, as the report has it."""
    span: Span | None
    """When; None: it is about the whole motion."""


@dataclass(frozen=True)
class Strips:
    """What is drawn below the time line of one dancer."""

    confidence: tuple[float, ...]
    """How surely the body was seen, 0–1, at ``confidence_per_s`` values a second; empty where it is not known."""
    confidence_per_s: float
    left_foot: tuple[Span, ...]
    """When the left foot stands on the floor."""
    right_foot: tuple[Span, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Media:
    """A sound or a video."""

    name: str
    url: str
    start_s: float
    """Time in it that is the motion's first frame [s]."""


@dataclass(frozen=True)
class SourceCamera:
    """The camera that filmed the clip, where it stood for one dancer's motion."""

    position: tuple[float, float, float]
    rotation_xyzw: tuple[float, float, float, float]
    """Turns the axes (right, up, forward) of MMD's world into the camera's, at the first frame."""
    view_height_rad: float
    """Angle between the upper and the lower edge of the picture."""
    aspect: float
    """Width of the picture over its height."""
    rotations_xyzw: tuple[tuple[float, float, float, float], ...]
    """``rotation_xyzw`` at each frame, 30 a second, of a camera that turned on its spot; empty: it stood still."""
    view_heights_rad: tuple[float, ...]
    """``view_height_rad`` at each frame of a camera that zoomed; empty: it did not."""


@dataclass(frozen=True)
class Character:
    """A character that can dance."""

    name: str
    url: str
    """PMX, PMD or VRM, by its ending; textures lie at addresses relative to it."""
    beside: tuple[str, ...]
    """Textures that it names and that are there, relative to its folder; others need not be asked for."""


@dataclass(frozen=True)
class Dancer:
    """One person's motion and the character that dances it."""

    name: str
    motion: Media | None
    """VMD or VPD, by its ending; None: the character stands there."""
    character: Character
    strips: Strips | None
    camera: SourceCamera | None
    group: int
    """Dancers of one group were filmed together and keep their places; nobody knows where the others stood."""


@dataclass(frozen=True)
class Download:
    """A file that can be taken along."""

    name: str
    url: str
    what: str
    """What it is, in a few words of English; empty where that is not known."""
    size_bytes: int


@dataclass(frozen=True)
class Programme:
    """All that the page opens with."""

    version: str
    """Manekko's version."""
    title: str
    dancers: tuple[Dancer, ...]
    sound: Media | None
    video: Media | None
    """The clip that was captured."""
    preview: Media | None
    """The video with the skeleton that ``capture`` made."""
    camera: Media | None
    """A VMD of the camera."""
    report_url: str | None
    downloads: tuple[Download, ...]
    characters: tuple[Character, ...]
    """Characters that come with Manekko."""


@dataclass(frozen=True)
class Stored:
    """Answer to a file that the page has sent, for the server to work on while it runs."""

    id: str


@dataclass(frozen=True)
class Refusal:
    """Why something was refused, in one line of English."""

    error: str


MESSAGES = (
    Span,
    Notice,
    Strips,
    Media,
    SourceCamera,
    Character,
    Dancer,
    Download,
    Programme,
    Stored,
    Refusal,
)
"""All messages, each after what it is made of."""
