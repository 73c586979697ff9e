"""What can be wrong with a file: one value per bad cell, two exceptions for a file that cannot be read at all."""

import msgspec

from countermark.marks.sentences import Sentence


class RowError(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One thing wrong in one row, said so that a person can act on it.

    `row` counts as a spreadsheet does (1 is the header); `column` is the contract's column name, or "" for the row as a
    whole; `value` is what stood there, shortened; `expected` completes the sentence "expected ..."; `code` is for
    programs; `ref` is the weapon's record number where the row had a usable one.
    """

    row: int
    column: str
    value: str
    expected: Sentence
    code: str
    ref: str = ""


class UnreadableFile(Exception):
    """The file as a whole cannot be read (absent, damaged, not a table, no header). The message is for the person."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)


class UnmappedColumns(Exception):
    """The file has columns nobody knows. Reading on would lose them silently; `names` are the file's own headers."""

    def __init__(self, names: tuple[str, ...], hints: dict[str, str] | None = None) -> None:
        self.names = names
        self.hints = hints or {}
        super().__init__(self._message())

    def _message(self) -> Sentence:
        listed = self._listed(self.names[0])
        for name in self.names[1:]:
            listed = Sentence("%(first)s, %(then)s", first=listed, then=self._listed(name))
        return Sentence(
            "unknown columns: %(listed)s; map them (--map, --suggest-map) or dismiss them (--ignore-columns)",
            listed=listed,
        )

    def _listed(self, name: str) -> Sentence:
        if name in self.hints:
            return Sentence("'%(column)s' (perhaps %(guess)s)", column=name, guess=self.hints[name])
        return Sentence("'%(column)s'", column=name)


SHOWN = 80


def shown(value: str) -> str:
    """`value` short enough to stand in a message, control characters made visible; plain text, whatever cell it was."""
    text = str(value) if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
