"""Japanese names in fields of a fixed number of bytes, as VMD and PMD files keep them (code page 932)."""

import codecs

_CODE_PAGE = "cp932"
_REPLACEMENT = "?"
# Unicode has two of each of these and other programs write the one that the code page lacks.
_TWINS = str.maketrans({"\u301c": "\uff5e", "\u2212": "\uff0d", "\u2014": "\u2015", "\u2016": "\u2225", "\u00a0": " "})


def _encoded(character: str) -> bytes:
    try:
        return character.translate(_TWINS).encode(_CODE_PAGE)
    except UnicodeEncodeError:
        return _REPLACEMENT.encode(_CODE_PAGE)


def encode_text(text: str) -> bytes:
    """Return the text in code page 932; each character it lacks becomes ``?``."""
    return b"".join(_encoded(character) for character in text)


def encode_name(name: str, size: int) -> bytes:
    r"""Return the name in exactly ``size`` bytes, zeros after it, cut between characters where it is too long.

    >>> encode_name("左ひじ", 5)
    b'\x8d\xb6\x82\xd0\x00'
    """
    field = b""
    for character in name.partition("\0")[0]:
        encoded = _encoded(character)
        if len(field) + len(encoded) > size:
            break
        field += encoded
    return field.ljust(size, b"\0")


def decode_name(field: bytes) -> str:
    """Return the name in a field: what stands before the first zero byte, without a half character at its end.

    Padding after the zero is rubbish in many files. A field that starts with zero (MMD writes one when it cannot
    encode a name) gives ``""``.
    """
    decoder = codecs.getincrementaldecoder(_CODE_PAGE)(errors="replace")
    return decoder.decode(field.partition(b"\0")[0], final=False)


def name_fits(name: str, size: int) -> bool:
    """Whether a reader of the field gets the very name back."""
    return decode_name(encode_name(name, size)) == name.translate(_TWINS)
