"""Texts that programs send: bounded, and without what no store keeps."""

from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field


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
