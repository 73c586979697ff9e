"""What a load did, and how far it is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from countermark.register.files.errors import RowError
from countermark.register.queries.nearmarks import Near

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Told how much is done, and of how much (0: not known yet)."""
ERRORS_SHOWN = 100_000
NEAR_SHOWN = 1000


def silent(done: int, total: int) -> None:
    """Reports no progress."""


def counted(rows: Iterable[T], progress: Progress) -> Iterator[T]:
    """The rows of a file as they are read, with word of how many there were."""
    for number, row in enumerate(rows, 1):
        if number % 5000 == 0:
            progress(number, 0)
        yield row


@dataclass
class Report:
    """What a load did; `errors` are at most `ERRORS_SHOWN`, `refused` counts all rows refused; `near` is looked for in a dry run."""

    rows: int = 0
    weapons: int = 0
    marks: int = 0
    events: int = 0
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)
    warnings: dict[str, int] = field(default_factory=dict)
    loaded: bool = False
    load: str = ""
    near: Near | None = None

    def of_nothing(self) -> "Report":
        """The report of a file refused whole: whatever in it would have been new has not become so."""
        self.new = self.changed = 0
        return self

    def as_dict(self) -> dict[str, Any]:
        """The contract's `--json` shape, and in a dry run `near` (docs/register-file.md, *Near marks*)."""
        near = {} if self.near is None else {"near": self.near.as_dict(NEAR_SHOWN)}
        return near | {
            "rows": self.rows,
            "weapons": self.weapons,
            "marks": self.marks,
            "events": self.events,
            "new": self.new,
            "unchanged": self.unchanged,
            "changed": self.changed,
            "refused": self.refused,
            "errors": [
                {"row": e.row, "column": e.column, "value": e.value, "expected": str(e.expected), "code": e.code}
                for e in self.errors
            ],
            "warnings": self.warnings,
            "load": self.load,
        }
