"""A mirrored English, made on the fly: every translatable word is written right to left, everything else is not.

What stays readable on a page in `en-xr` was not marked for translation; what stands on the wrong side is not mirrored.
"""

import re

from django.utils.translation import trans_real

CODE = "en-xr"
CONTEXT_SEPARATOR = "\x04"
_RIGHT_TO_LEFT = "\u202e"
_POP = "\u202c"
_PARTS = re.compile(r"(%\(\w+\)[sdif]|%[sdif%]|\{\w*\}|<[^>]*>|&#?\w+;)|([^\W\d_]+)")


def mirrored(text: str) -> str:
    """The text with each word marked to run right to left; placeholders, tags and entities stay as they are."""
    return _PARTS.sub(lambda part: part[1] or f"{_RIGHT_TO_LEFT}{part[2]}{_POP}", text)


class PseudoTranslation(trans_real.DjangoTranslation):
    """Translates nothing and mirrors everything."""

    def gettext(self, message: str) -> str:
        return mirrored(message.rpartition(CONTEXT_SEPARATOR)[2]) if message else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def install() -> None:
    """Makes Django answer `en-xr` with the mirrored English."""
    trans_real._translations[CODE] = PseudoTranslation(CODE)  # type: ignore[attr-defined]  # noqa: SLF001
