"""How a file is to be loaded."""

import msgspec

from countermark.ledger.reasons import Reason
from countermark.register import checking
from countermark.register.files.mapping import NO_MAP, FileMap


class Options(msgspec.Struct, frozen=True):
    """How to load a file."""

    source: str = ""
    dry_run: bool = False
    on_error: str = "refuse"
    correct: str = ""
    """Why what differs is corrected: a code of the list `correction`, or words; empty where it is refused."""
    words: str = ""
    """The words that go with a code."""
    mapping: FileMap = NO_MAP
    ignore_columns: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    untyped: bool = False
    """Whether a program wrote the file: a rule that wants serials twice does not ask what nobody keyed."""

    def why(self) -> Reason | None:
        """Why what differs is corrected; None where it is not. Raises `Refused` for what is no reason."""
        return checking.reason("correction", Reason(self.correct, self.words)) if self.correct else None


def given(why: Reason | None) -> Reason:
    """Why something is corrected, where something is."""
    assert why is not None  # noqa: S101 -- nothing is corrected where nobody says why
    return why
