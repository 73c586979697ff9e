"""What can be wrong with a file: one value per bad cell, two exceptions for a file that cannot be read at all."""

import msgspec


class RowError(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One thing wrong in one row, said so that a person can act on it.

    `row` counts as a spreadsheet does (1 is the header); `column` is the contract's column name, or "" for the row as a
    whole; `value` is what stood there, shortened; `expected` completes the sentence "expected ..."; `code` is for
    programs; `ref` is the weapon's record number where the row had a usable one.
    """

    row: int
    column: str
    value: str
    expected: str
    code: str
    ref: str = ""


class UnreadableFile(Exception):
    """The file as a whole cannot be read (absent, damaged, not a table, no header). The message is for the person."""


class UnmappedColumns(Exception):
    """The file has columns nobody knows. Reading on would lose them silently; `names` are the file's own headers."""

    def __init__(self, names: tuple[str, ...], hints: dict[str, str] | None = None) -> None:
        self.names = names
        self.hints = hints or {}
        super().__init__(self._message())

    def _message(self) -> str:
        listed = ", ".join(f"'{name}'" + self._hint(name) for name in self.names)
        return f"unknown columns: {listed}; map them (--map, --suggest-map) or dismiss them (--ignore-columns)"

    def _hint(self, name: str) -> str:
        return f" (perhaps {self.hints[name]})" if name in self.hints else ""


SHOWN = 80


def shown(value: str) -> str:
    """`value` short enough to stand in a message, control characters made visible."""
    text = value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
