"""Bones of a body under the names that MMD's models share, whatever the model's own author called them.

Models brought from other programs, or by other hands, name their bones in English, in half or full width, with the side
in front or behind. What a body needs is found under its usual Japanese name; the model's own names stay as they are.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

_TRUNK = ("全ての親", "センター", "グルーブ", "腰", "下半身", "上半身", "上半身2", "上半身3", "首", "頭", "両目")
_SIDED = (
    "肩P", "肩", "肩C", "腕", "腕捩", "ひじ", "手捩", "手首", "足", "ひざ", "足首", "つま先", "足IK親", "足ＩＫ",
    "つま先ＩＫ",
    "足D", "ひざD", "足首D", "足先EX", "目", "親指０", "親指１", "親指２",
    *(finger + digit for finger in ("人指", "中指", "薬指", "小指") for digit in "１２３"),
)  # fmt: skip

_JAPANESE = {
    "膝": "ひざ", "ヒザ": "ひざ", "肘": "ひじ", "ヒジ": "ひじ", "爪先ik": "つま先ＩＫ", "つまさきik": "つま先ＩＫ",
    "爪先": "つま先", "つまさき": "つま先", "腕捩れ": "腕捩", "腕捩り": "腕捩", "腕捻": "腕捩", "腕捻り": "腕捩",
    "腕ねじり": "腕捩", "手捩れ": "手捩", "手捩り": "手捩", "手捻": "手捩", "手捻り": "手捩", "手ねじり": "手捩",
    "手": "手首", "ひじ下": "ひじ", "全親": "全ての親", "すべての親": "全ての親", "マザー": "全ての親",
    "センタ": "センター", "中心": "センター", "グループ": "グルーブ", "頭部": "頭", "瞳": "目",
    **{
        f"{name}{digit}": f"人指{wide}"
        for name in ("人差指", "人差し指")
        for digit, wide in zip("123", "１２３", strict=True)
    },
}  # fmt: skip
"""Other spellings in Japanese, in half width and small letters."""

_MMD_ENGLISH = {
    "allparent": "全ての親", "motherbone": "全ての親", "mother": "全ての親", "parentnode": "全ての親",
    "root": "全ての親",
    "master": "全ての親", "center": "センター", "centre": "センター", "groove": "グルーブ", "waist": "腰",
    "lowerbody": "下半身", "upperbody": "上半身", "upperbody1": "上半身", "upperbody2": "上半身2",
    "upperbody3": "上半身3",
    "neck": "首", "head": "頭", "eyes": "両目", "botheyes": "両目", "eye": "目", "shoulder": "肩", "shoulderp": "肩P",
    "shoulderc": "肩C", "arm": "腕", "armtwist": "腕捩", "elbow": "ひじ", "wristtwist": "手捩", "handtwist": "手捩",
    "wrist": "手首", "hand": "手首", "leg": "足", "knee": "ひざ", "ankle": "足首", "toe": "つま先", "legik": "足ＩＫ",
    "footik": "足ＩＫ", "toeik": "つま先ＩＫ", "legikparent": "足IK親", "legikp": "足IK親", "legd": "足D",
    "kneed": "ひざD",
    "ankled": "足首D", "toeex": "足先EX", "legtipex": "足先EX", "foottipex": "足先EX",
}  # fmt: skip
_SHARED_ENGLISH = {
    "hips": "センター", "pelvis": "センター", "hip": "センター", "neck": "首", "neck1": "首", "neck01": "首",
    "head": "頭",
    "eye": "目", "shoulder": "肩", "clavicle": "肩", "collar": "肩", "hand": "手首", "foot": "足首",
    "toebase": "足先EX",
    "toes": "足先EX", "toe": "足先EX", "toe0": "足先EX", "ball": "足先EX", "root": "全ての親", "armature": "全ての親",
}  # fmt: skip
_VRM = _SHARED_ENGLISH | {
    "spine": "上半身", "chest": "上半身2", "upperchest": "上半身3", "upperarm": "腕", "lowerarm": "ひじ",
    "forearm": "ひじ",
    "upperleg": "足", "lowerleg": "ひざ", "thigh": "足", "calf": "ひざ", "shin": "ひざ",
}  # fmt: skip
_MIXAMO = _SHARED_ENGLISH | {
    "spine": "上半身", "spine1": "上半身2", "spine2": "上半身3", "arm": "腕", "forearm": "ひじ", "upleg": "足",
    "leg": "ひざ",
}  # fmt: skip
_BIPED = _VRM | {
    "spine1": "上半身2", "spine01": "上半身", "spine02": "上半身2", "spine03": "上半身3", "chest": "上半身3",
}  # fmt: skip

_FINGERS = {
    "人指": ("index", "fore", "indexfinger", "forefinger", "handindex"),
    "中指": ("middle", "middlefinger", "handmiddle"),
    "薬指": ("ring", "third", "ringfinger", "thirdfinger", "handring"),
    "小指": ("little", "pinky", "littlefinger", "handpinky"),
}
_SEGMENTS = ("proximal", "intermediate", "distal")
_PREFIX = re.compile(r"^(?:.*:|J_(?:Bip|Sec|Adj)_|Bip\d*[ _]|ValveBiped\.Bip\d+_|(?:DEF|ORG|MCH)-)", re.IGNORECASE)
_GAPS = re.compile(r"[\s_.\-]+")
_LEADING_SIDE = re.compile(r"^(left|right)(?=.)", re.IGNORECASE)
_LEADING_LETTER = re.compile(r"^([LR])(?=[^\x00-\x7f])")
_MARKS = {"left": "左", "l": "左", "左": "左", "right": "右", "r": "右", "右": "右", "c": ""}


def named_bones(names: Sequence[str]) -> dict[str, int]:
    """Return the index of each bone by name, and of each bone of a body by its usual Japanese name as well.

    The model's own names go first, and the first bone of a name used twice. Usual names that no bone bears are given to
    the bones that mean them: other widths and spellings first, then English by the custom (MMD's, VRM's, Mixamo's, a
    biped's) that explains the most bones.
    """
    table: dict[str, int] = {}
    for number, name in enumerate(names):
        table.setdefault(name, number)
    if all(name in table for name in _ALL):
        return table
    read = [_read(name) for name in names]
    _add(table, read, _JAPANESE_TABLE)
    english = [dict(table) for _ in _CUSTOMS]
    for custom, result in zip(_CUSTOMS, english, strict=True):
        _add(result, read, custom)
    return max(english, key=len)


def _add(table: dict[str, int], read: Sequence[tuple[str, str]], meanings: Mapping[str, str]) -> None:
    taken = {table[name] for name in _ALL if name in table}
    for number, (side, base) in enumerate(read):
        meaning = meanings.get(base)
        if meaning is None or number in taken or bool(side) != (meaning in _SIDED):
            continue
        if side + meaning not in table:
            table[side + meaning] = number
            taken.add(number)


def _read(name: str) -> tuple[str, str]:
    """Return the side (左, 右 or none) and the rest of a name in half width and small letters, without gaps."""
    plain = _PREFIX.sub("", unicodedata.normalize("NFKC", name))
    words = [word for word in _GAPS.split(plain) if word]
    side = ""
    kept = []
    for word in words:
        mark = _MARKS.get(word.casefold())
        if mark is not None and len(words) > 1:
            side = mark or side
        else:
            kept.append(word)
    base = "".join(kept)
    for pattern in (_LEADING_SIDE, _LEADING_LETTER, re.compile("^([左右])(?=.)")):
        found = None if side else pattern.match(base)
        if found:
            side, base = _MARKS[found[1].casefold()], base[found.end() :]
    return side, base.casefold()


def _japanese_table() -> Iterator[tuple[str, str]]:
    for name in (*_TRUNK, *_SIDED):
        yield unicodedata.normalize("NFKC", name).casefold(), name
    for spelling, name in _JAPANESE.items():
        yield spelling.casefold(), name


def _fingers(thumb_first: int) -> dict[str, str]:
    """Names of finger joints; thumbs are counted from 0 in MMD's English, from 1 elsewhere."""
    result = {}
    for number, digit in enumerate("０１２"):
        for word in ("thumb", "handthumb", "thumbfinger"):
            result[f"{word}{number + thumb_first}"] = result[f"{word}0{number + thumb_first}"] = "親指" + digit
    for segment, digit in zip(("metacarpal", "proximal", "distal"), "０１２", strict=True):
        result["thumb" + segment] = "親指" + digit
    for finger, words in _FINGERS.items():
        for word in words:
            for number, (digit, segment) in enumerate(zip("１２３", _SEGMENTS, strict=True), 1):
                result |= dict.fromkeys((f"{word}{number}", f"{word}0{number}", word + segment), finger + digit)
    return result


_ALL = (*_TRUNK, *(side + name for side in "左右" for name in _SIDED))
_JAPANESE_TABLE = dict(_japanese_table())
_CUSTOMS = (_MMD_ENGLISH | _fingers(0), _VRM | _fingers(1), _MIXAMO | _fingers(1), _BIPED | _fingers(1))
