"""Texts that programs send: bounded, and without what no store keeps."""

from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from countermark.ledger.reasons import Reason


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text without null characters is expected")
    return text


Short = Annotated[str, Field(max_length=200), AfterValidator(_storable)]
Word = Annotated[str, Field(max_length=500), AfterValidator(_storable)]
Long = Annotated[str, Field(max_length=10_000), AfterValidator(_storable)]
File = Annotated[str, Field(max_length=5 * 2**20), AfterValidator(_storable)]


class Strict(Schema):
    """A body in which an unknown field is a mistake, not something to pass over."""

    model_config = ConfigDict(extra="forbid")


class Because(Strict):
    """Why: a code of the list the operation has, and words beside it, which `other` needs. A refusal names the codes."""

    reason: Annotated[Word, Field(min_length=1)]
    words: Word = ""

    @property
    def why(self) -> Reason:
        """The code and the words."""
        return Reason(self.reason, self.words)
