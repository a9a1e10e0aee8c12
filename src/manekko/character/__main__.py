"""``python -m manekko.character``: writes the shipped models anew, as PMX and as VRM 1.0."""

import argparse
from pathlib import Path

from manekko.character.build import build_character, write_character
from manekko.character.cast import CAST
from manekko.character.vrm import vrm_of_figure
from manekko.stage.figures import read_figure


def main() -> None:
    """Write every shipped character into its own folder."""
    parser = argparse.ArgumentParser(prog="python -m manekko.character", description=__doc__)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(__file__).parent / "models",
        help="folder that gets one folder for each character; by default the package's own",
    )
    out = parser.parse_args().out
    for stem, design in CAST.items():
        write_character(build_character(design), out / stem, stem)
        model = read_figure(out / stem / f"{stem}.pmx")
        (out / stem / f"{stem}.vrm").write_bytes(vrm_of_figure(model, name=design.name_en))


if __name__ == "__main__":
    main()
