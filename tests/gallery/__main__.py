"""Draws the gallery and the README's pictures (``dance``, ``paint``) anew: ``python -m tests.gallery [NAME ...]``.

It is run from the root of the repository and needs OpenGL; ``materials`` and ``beside`` need node and Chromium too,
``materials`` the measuring data, and the pictures of the page Chromium and a page that was built.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.gallery import character_sheets, page_sheet
from tests.gallery.dance_sheet import dance
from tests.gallery.material_sheet import character_beside, materials
from tests.gallery.paint_sheet import painted
from tests.gallery.sheets import Tile, save
from tests.gallery.truth_sheet import truths

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MANEKKO_DATA", ROOT.parent / "shared" / "data"))

SHEETS: dict[str, Callable[[], Tile]] = {
    "character": character_sheets.sides,
    "details": character_sheets.faces,
    "poses": character_sheets.poses,
    "morphs": character_sheets.morphs,
    "designs": character_sheets.designs,
    "proportions": character_sheets.proportions,
    "truths": truths,
    "materials": lambda: materials(DATA),
    "beside": character_beside,
    "page": page_sheet.light,
    "page_dark": page_sheet.dark,
    "page_japanese": page_sheet.japanese,
    "page_phone": page_sheet.phone,
}


def main() -> None:
    """Draw the named sheets, or all."""
    for name in sys.argv[1:] or ("dance", "paint", *SHEETS):
        path = ROOT / "docs" / ("images" if name in ("dance", "paint") else "gallery") / f"{name}.webp"
        if name == "dance":
            dance(ROOT / "examples" / "dance.mp4", path)
        elif name == "paint":
            save(path, painted(ROOT / "examples" / "dance.mp4"))
        else:
            save(path, SHEETS[name]())
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
