"""Codes on a photograph, for a telephone whose browser reads none itself. The picture is read and forgotten, never kept."""

import io
import warnings
from typing import Any

from countermark.marks.sentences import Sentence, said
from countermark.register import photographs

LONGEST_SIDE = 2400
"""Pixels: more tell a reader of codes nothing, and cost time."""

MOST_PIXELS = 50_000_000
"""A picture that claims to be larger is refused before it is unpacked."""

MOST_CODES = 50


class Unreadable(Exception):
    """A file that is no picture a code could stand on; `args[0]` is a `Sentence`."""


def codes(data: bytes) -> list[str]:
    """The texts of the codes on a JPEG or PNG picture, each with its AIM identifier (`]d2…`), top to bottom.

    Empty where no code is seen. Raises `Unreadable`.
    """
    # Libraries that only who photographs a code needs.
    import zxingcpp
    from PIL import Image, ImageOps

    try:
        plain, _ = photographs.without_metadata(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = Image.open(io.BytesIO(plain), formats=("JPEG", "PNG"))
            if opened.width * opened.height > MOST_PIXELS:
                raise Unreadable(Sentence("the picture has too many pixels"))
            opened.draft("L", (LONGEST_SIDE, LONGEST_SIDE))
            picture = ImageOps.exif_transpose(opened).convert("L")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except ValueError as problem:
        raise Unreadable(said(problem)) from problem
    except Image.DecompressionBombError as problem:
        raise Unreadable(Sentence("the picture has too many pixels")) from problem
    except (OSError, SyntaxError) as problem:
        raise Unreadable(Sentence("the picture cannot be read")) from problem
    found = zxingcpp.read_barcodes(picture)[:MOST_CODES]
    seen = sorted(found, key=lambda one: (one.position.top_left.y, one.position.top_left.x))
    return list(dict.fromkeys(f"{one.symbology_identifier}{_text(one)}" for one in seen if one.bytes))


def _text(code: Any) -> str:
    """What stands in a code, separators as they are: the reader's own text shows GS1 codes in brackets, but knows the character sets of others."""
    raw: bytes = code.bytes
    return raw.decode() if raw.isascii() else str(code.text)
