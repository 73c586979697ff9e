"""A store to count for the tests: weapons in racks, two counters, somebody who commands."""

from collections.abc import Iterable, Sequence

from countermark.ledger.services import Actor
from countermark.stockpile.counting import queries, services
from countermark.stockpile.counting.queries import Counting
from countermark.stockpile.counting.reading import Answer, Scan
from countermark.stockpile.counting.rules import Line
from countermark.stockpile.counting.services import Opening
from tests.stockpile.armoury import Armoury

ONE, TWO, THREE = Actor("counter1"), Actor("counter2"), Actor("counter3")
COMMANDER = Actor("commander7")


def opened(place: str, counters: int = 1, **said: str) -> str:
    """Opens a count of a place; returns its code."""
    return services.open_count(Opening(place, counters=counters, **said), by=COMMANDER)


def scans(texts: Iterable[str], start: str = "s", **said: str) -> list[Scan]:
    """Scans with ids of their own."""
    return [Scan(text, f"{start}{number}", **said) for number, text in enumerate(texts)]  # type: ignore[arg-type]


def counted(key: str, texts: Sequence[str], by: Actor = ONE, **said: str) -> list[Answer]:
    """Somebody counts some texts, and ends the sheet."""
    number = services.begin(key, by=by)
    answers: list[Answer] = []
    for at in range(0, len(texts), services.MOST_SCANS):
        some = scans(texts[at : at + services.MOST_SCANS], f"{by.name}{at}-", **said)
        answers += services.scan(key, number, some, by=by)
    services.end(key, number, by=by)
    return answers


def known(key: str) -> Counting:
    """A count as it is now."""
    found = queries.counting(key)
    assert found is not None
    return found


def lines(key: str) -> list[Line]:
    """What the first counter has on the sheet."""
    return queries.lines(f"{key}.{known(key).counters[0].number}")


def outcomes(key: str) -> dict[str, str]:
    """The exceptions of a count: item -> outcome."""
    return {one.item: one.outcome for one in queries.outcome(known(key)).exceptions}


def serials(place: Armoury) -> list[str]:
    """What the weapons of the armoury bear."""
    return [f"AB{1000 + number}" for number in range(len(place.weapons))]
