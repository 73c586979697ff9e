"""One cell's text: cleaned, or refused."""

import re
import unicodedata

_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_LINES = str.maketrans({"\r": "\n", "\t": " "})
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})


def clean(cell: str) -> str | None:
    """`cell` stripped, in NFC, with one level of formula escape undone (see `escape`); None with control characters."""
    if cell.isascii() and cell.isalnum():
        return cell
    return _settled(unescape(cell))


def clean_lines(cell: str) -> str | None:
    """As `clean`, but line ends (as LF) and tabs may stand inside: for notes and inscriptions."""
    if cell.isascii() and cell.isprintable():
        return clean(cell)
    lines = unescape(cell).replace("\r\n", "\n").translate(_LINES).split("\n")
    settled = [line for line in map(_settled, lines) if line is not None]
    return "\n".join(settled).strip() if len(settled) == len(lines) else None


def _settled(text: str) -> str | None:
    text = text.strip()
    if text.isprintable():
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if any(unicodedata.category(c) in _REFUSED for c in text):
        return None
    return unicodedata.normalize("NFC", text).strip()


def escape(text: str) -> str:
    """`text` as a spreadsheet will not run it: an apostrophe before a leading `= + - @`, tab or carriage return.

    A text that already looks escaped gets one more, so that `unescape(escape(x)) == x` for every x.
    """
    return "'" + text if text[:1] in "=+-@\t\r'" and _needs(text) else text


def unescape(cell: str) -> str:
    """Undo one `escape`."""
    return cell[1:] if cell[:1] == "'" and _ESCAPED.match(cell) else cell


def _needs(text: str) -> bool:
    return bool(text) and (text[0] != "'" or _ESCAPED.match(text) is not None)


def decimal_digits(text: str) -> str:
    """`text` with the decimal digits of every script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c, c)) for c in text)
