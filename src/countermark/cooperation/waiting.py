"""What waits for whom one speaks for, on the first page of the room. Each capability adds what it knows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from countermark.cooperation.queries import Viewer


@dataclass(frozen=True)
class Waits:
    """One thing that waits: in words, its page, until when (YYYY-MM-DD, empty for no day), and whether it is late or missing."""

    text: str
    url: str
    due: str = ""
    alarming: bool = False


Source = Callable[[Viewer], Iterable[Waits]]
SOURCES: list[Source] = []


def source(found: Source) -> Source:
    """Adds what a capability knows to wait; it gives only what the viewer may see."""
    SOURCES.append(found)
    return found


def waiting(who: Viewer) -> list[Waits]:
    """Everything that waits, what is late first, then by day."""
    found = [one for source in SOURCES for one in source(who)]
    return sorted(found, key=lambda one: (not one.alarming, one.due or "9999", one.text))
