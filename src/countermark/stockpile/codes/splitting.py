"""Where one scan ends and the next begins, in a stream of characters with their times. Mirrored in `stockpile/scan.js`.

A scanner types faster than a person. Return, line feed or tab end a scan at once; after a pause the text ends too, if it came
at a scanner's pace. What a person types slowly waits for Return, however long the pauses. Once a scanner was seen to end its scans itself, the pause
is a longer one, so that a hiccup of a busy computer does not cut a scan in two; a scan that ended by it brings the short one back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PAUSE = 80.0
"""Milliseconds without a character after which a scan has ended (expectations C4)."""

LONG_PAUSE = 1000.0
"""The same, once a scanner was seen to end its scans itself."""

FAST = 35.0
"""Milliseconds between characters, on average, that a person does not reach over a whole text."""

FEWEST = 3
"""Characters before a pace can be told."""

ENDS = "\r\n\t"


@dataclass
class Pace:
    """When the characters of the present text came, in milliseconds of one clock."""

    count: int = 0
    first: float = 0.0
    last: float = 0.0

    def note(self, at: float) -> None:
        """One more character."""
        if not self.count:
            self.first = at
        self.count += 1
        self.last = at

    def by_scanner(self) -> bool:
        """Whether the text came at a scanner's pace."""
        return self.count >= FEWEST and (self.last - self.first) / (self.count - 1) <= FAST

    def ended(self, at: float, pause: float) -> bool:
        """Whether the text had ended by a pause before `at`."""
        return self.by_scanner() and at - self.last > pause


def split(keys: Iterable[tuple[str, float]]) -> Iterator[str]:
    """The scans in a stream of characters and times (milliseconds, never going back). Texts without a character are no scans.

    What is left at the end of the stream is a scan too: the caller's stream ends when somebody says so.
    """
    text, pace, pause = "", Pace(), PAUSE
    for character, at in keys:
        paused = pace.ended(at, pause)
        if character in ENDS or paused:
            if pace.by_scanner():
                pause = PAUSE if paused else LONG_PAUSE
            if text:
                yield text
            text, pace = "", Pace()
        if character not in ENDS:
            text += character
            pace.note(at)
    if text:
        yield text


def pasted(text: str) -> list[str]:
    """The scans in a pasted text: every line, and every cell of a line, is one."""
    return list(split((character, 0.0) for character in text))
