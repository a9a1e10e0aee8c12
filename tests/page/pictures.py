"""Pictures of the page, and how far apart two are."""

from pathlib import Path

import cv2
import numpy as np

from tests.page.browser import Tab


def screen(tab: Tab, selector: str = "[data-testid=stage]") -> np.ndarray:
    """Return what is on screen in an element (height, width, 3), BGR 0–255."""
    return decoded(tab.page.locator(selector).screenshot(animations="disabled"))


def decoded(png: bytes) -> np.ndarray:
    """Return a picture file's pixels (height, width, 3), BGR 0–255."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture


def share_changed(before: np.ndarray, after: np.ndarray) -> float:
    """Return the share of pixels that a person would see change."""
    assert before.shape == after.shape
    return float((np.abs(before.astype(int) - after.astype(int)).max(axis=-1) > 24).mean())


def small(picture: np.ndarray) -> np.ndarray:
    """Return a picture at a quarter of its size, for keeping and comparing: letters become grey lines."""
    height, width = picture.shape[:2]
    return cv2.resize(picture, (width // 4, height // 4), interpolation=cv2.INTER_AREA)


def write(target: Path, picture: np.ndarray) -> None:
    """Write a picture as PNG."""
    done, data = cv2.imencode(".png", picture)
    assert done
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data.tobytes())
