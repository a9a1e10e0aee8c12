"""The characters that are shipped."""

from manekko.character.design import Design

CAST = {
    "maneko": Design(),
    "tora": Design(
        name="とら",
        name_en="Tora",
        hair="bob",
        outfit="casual",
        skin_rgb=(1.0, 0.878, 0.808),
        hair_rgb=(0.86, 0.50, 0.26),
        eye_rgb=(0.36, 0.62, 0.30),
        top_rgb=(0.98, 0.78, 0.34),
        bottom_rgb=(0.30, 0.40, 0.58),
        accent_rgb=(0.36, 0.28, 0.30),
        shoes_rgb=(0.88, 0.36, 0.30),
        socks_rgb=(0.98, 0.97, 0.95),
    ),
}
"""Name of the folder and file → design."""
