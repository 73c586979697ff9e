"""What is said to a person, by code that knows no language: a message in English and what stands in its places.

A `Sentence` is its own English text, so that programs, files and the command line read it as they read any text; whoever
shows it to a person asks for it in that person's language (`told`). The message catalogues find messages by the calls
`Sentence("...")`; so a message is written there as one literal, with `%(name)s` where something is put in.
"""

from collections.abc import Callable, Mapping
from typing import Any, Self

Value = str | int
"""What is put into a message; a `Sentence` is translated with it."""


class Sentence(str):
    """A message with its values put in: `Sentence("at most %(longest)d characters", longest=200)`."""

    __slots__ = ("message", "values")
    message: str
    values: Mapping[str, Value]

    def __new__(cls, message: str, /, **values: Value) -> Self:
        sentence = super().__new__(cls, message % values if values else message)
        sentence.message = str(message)
        sentence.values = values
        return sentence

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Value]]:
        return (self.message,), dict(self.values)

    def told(self, translate: Callable[[str], str]) -> str:
        """The sentence in another language; `translate` gives the message of that language for the English one."""
        message = translate(self.message)
        values = {
            name: told(value, translate) if isinstance(value, str) else value for name, value in self.values.items()
        }
        return message % values if values else message


def told(text: str, translate: Callable[[str], str]) -> str:
    """A text in another language, if it is a sentence; any other stays as it is."""
    return text.told(translate) if isinstance(text, Sentence) else text


def sentence(text: str) -> Sentence:
    """The text as a sentence: one that is none yet is a message without values."""
    return text if isinstance(text, Sentence) else Sentence(text)


def said(error: BaseException) -> str:
    """What an exception says: its sentence where it was raised with one, else its text."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, Sentence) else str(error)


def packed(value: Value) -> Any:
    """A sentence as JSON keeps it, so that it can be told in any language later: its message and values.

    Any other text is kept as text alone, whatever kind of text it is (the cell of a spreadsheet knows what it was).
    """
    if not isinstance(value, Sentence):
        return str(value) if isinstance(value, str) else value
    return {"message": value.message, "values": {name: packed(one) for name, one in value.values.items()}}


def unpacked(kept: Any) -> Sentence:
    """The sentence that was `packed`."""
    if not isinstance(kept, Mapping):
        return sentence(str(kept))
    values = {name: unpacked(one) if isinstance(one, Mapping) else one for name, one in kept["values"].items()}
    return Sentence(kept["message"], **values)


class NotAllowed(Exception):
    """What may not be done; `problems` says everything that is wrong. Each room has its own kind."""

    def __init__(self, problems: list[Sentence]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
