"""English names of bones and morphs, and the panels and frames they stand in."""

_BONES = {
    "全ての親": "root",
    "センター": "center",
    "グルーブ": "groove",
    "腰": "waist",
    "下半身": "lower body",
    "上半身": "upper body",
    "上半身2": "upper body 2",
    "首": "neck",
    "頭": "head",
    "両目": "eyes",
    "目": "eye",
    "肩P": "shoulder P",
    "肩": "shoulder",
    "肩C": "shoulder C",
    "腕": "arm",
    "腕捩": "arm twist",
    "腕捩1": "arm twist 1",
    "腕捩2": "arm twist 2",
    "腕捩3": "arm twist 3",
    "ひじ": "elbow",
    "手捩": "wrist twist",
    "手捩1": "wrist twist 1",
    "手捩2": "wrist twist 2",
    "手捩3": "wrist twist 3",
    "手首": "wrist",
    "足": "leg",
    "ひざ": "knee",
    "足首": "ankle",
    "つま先": "toe",
    "足IK親": "leg IK parent",
    "足ＩＫ": "leg IK",
    "つま先ＩＫ": "toe IK",
    "足D": "leg D",
    "ひざD": "knee D",
    "足首D": "ankle D",
    "足先EX": "toe EX",
}
_FINGERS = {
    "親指": "thumb",
    "人指": "index finger",
    "中指": "middle finger",
    "薬指": "ring finger",
    "小指": "little finger",
}
_SIDES = {"左": " L", "右": " R"}
_MORPHS = {
    "真面目": "serious",
    "困る": "troubled",
    "にこり": "cheerful",
    "怒り": "anger",
    "上": "brows up",
    "下": "brows down",
    "前": "brows forward",
    "まばたき": "blink",
    "笑い": "smile",
    "ウィンク": "wink",
    "ウィンク右": "wink right",
    "ウィンク２": "wink 2",
    "ｳｨﾝｸ２右": "wink 2 right",
    "なごみ": "calm",
    "はぅ": "shut tight",
    "びっくり": "surprised",
    "じと目": "glare",
    "ｷﾘｯ": "resolute",
    "瞳小": "small pupils",
    "あ": "a",
    "い": "i",
    "う": "u",
    "え": "e",
    "お": "o",
    "▲": "triangle",
    "∧": "upward",
    "ω": "omega",
    "にやり": "grin",
    "にっこり": "smile mouth",
    "ぺろっ": "tongue out",
    "口角上げ": "mouth corners up",
    "口角下げ": "mouth corners down",
    "照れ": "blush",
}
_BROWS = ("真面目", "困る", "にこり", "怒り", "上", "下", "前")
_MOUTH = (
    "あ",
    "い",
    "う",
    "え",
    "お",
    "▲",
    "∧",
    "ω",
    "にやり",
    "にっこり",
    "ぺろっ",
    "口角上げ",
    "口角下げ",
    "ん",
    "□",
    "ワ",
)
BROW_PANEL, EYE_PANEL, MOUTH_PANEL, OTHER_PANEL = 1, 2, 3, 4
_EYES = (
    "まばたき",
    "笑い",
    "ウィンク",
    "ウィンク右",
    "ウィンク２",
    "ｳｨﾝｸ２右",
    "なごみ",
    "はぅ",
    "びっくり",
    "じと目",
    "ｷﾘｯ",
    "瞳小",
)


def english_name(name: str) -> str:
    """Return a bone's English name; names that are no custom of MMD's stay as they are."""
    if name in _BONES:
        return _BONES[name]
    if name.startswith("腰キャンセル"):
        return "waist cancel" + _SIDES[name[-1]]
    side, rest = _SIDES.get(name[0], ""), name[1:]
    if side and rest in _BONES:
        return _BONES[rest] + side
    if side and rest[:2] in _FINGERS:
        return f"{_FINGERS[rest[:2]]} {'０１２３'.index(rest[2])}{side}"
    return name


def english_morph(name: str) -> str:
    """Return a morph's English name."""
    return _MORPHS.get(name, name)


def morph_panel(name: str) -> int:
    """Return the panel of MMD's window in which a morph stands."""
    panels = ((_BROWS, BROW_PANEL), (_EYES, EYE_PANEL), (_MOUTH, MOUTH_PANEL))
    return next((panel for names, panel in panels if name in names), OTHER_PANEL)


def frame_of(name: str) -> tuple[str, str]:
    """Return the display frame (and its English name) in which a bone of the body stands."""
    if "指" in name:
        return "指", "fingers"
    if name in ("センター", "グルーブ", "腰", "全ての親"):
        return "センター", "center"
    if name[0] in _SIDES and name[1:2] in ("足", "ひ", "つ") and name[1:] != "ひじ":
        return ("ＩＫ", "IK") if "IK" in name or "ＩＫ" in name else ("足", "legs")
    if name[0] in _SIDES and name[1:] != "目":
        return "腕", "arms"
    return "体(上)", "upper body"
