"""A paper as PDF (Typst). All text is data: nothing a person wrote is ever read as markup, or turns the line it stands in."""

import json
import unicodedata
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language as current_language
from django.utils.translation import get_language_bidi, get_language_info

from countermark.marks.sentences import Sentence

LONGEST = 400
"""Characters of one text on paper; a longer one ends with an ellipsis, so that no text pushes a signature off the sheet."""

_TURNING = frozenset([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])


class NoPaper(Exception):
    """A paper that cannot be made; says why."""


def plain(text: str, most: int = LONGEST) -> str:
    """A text as it may stand on paper: on one line, without what turns the direction of its neighbours, at most so long."""
    kept = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text if ord(char) not in _TURNING
    )
    line = " ".join(kept.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def pdf(template: Path, data: dict[str, Any]) -> bytes:
    """The data of a paper in a template of Typst, as PDF. Raises `NoPaper`."""
    if not settings.PAPER_FONTS.is_dir():
        raise NoPaper(Sentence("the fonts of printed sheets are not installed: make install fetches them"))
    # Sixty megabytes of library.
    import typst

    said = {"language": _language(), "rtl": get_language_bidi(), **data}
    try:
        made: Any = typst.compile(
            str(template),
            font_paths=[str(settings.PAPER_FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(said, ensure_ascii=False)},
        )
    except RuntimeError as error:
        raise NoPaper(Sentence("the sheet cannot be typeset: %(problem)s", problem=str(error))) from error
    return bytes(made)


def _language() -> str:
    return str(get_language_info(current_language() or "en")["code"])[:2]
