"""What is asked of the register: readings of marks, evidence, and how to search; and readings understood."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

from countermark.marks import inscription
from countermark.marks.channel import Channel
from countermark.marks.posterior import Absence, Spellings
from countermark.marks.reading import Reading, ReadingError, parse
from countermark.marks.sentences import Sentence, said, sentence


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each piece of evidence weighs: the share of statements that are plainly wrong, or of marks another mark is taken for.

    Those of docs/search.md; `learning` refits them from confirmed identifications.
    """

    maker: float = 0.05
    calibre: float = 0.07
    kind: float = 0.05
    country: float = 0.05
    component: float = 0.05
    mark_kind: float = 0.05


MOST_SHOWN = 10


class SearchError(ValueError):
    """A query that cannot be answered: the column at fault and a sentence for a person."""

    def __init__(self, column: str, message: Sentence) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class MarkReading:
    """One mark as read; `component` and `mark_kind` may be empty."""

    reading: str
    component: str = ""
    mark_kind: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """The marks read off one weapon, and evidence that may be empty or wrong."""

    readings: tuple[MarkReading, ...]
    maker: str = ""
    country: str = ""
    kind: str = ""
    calibre: str = ""


@dataclass(frozen=True)
class Reference:
    """How the register spells things."""

    makers: Spellings = Spellings(())
    calibres: Spellings = Spellings(())

    @cached_property
    def maker_lookup(self) -> dict[str, str]:
        """Maker phrases, for taking an inscription apart."""
        return inscription.lookup((s.text, s.text) for s in self.makers.known)

    @cached_property
    def calibre_lookup(self) -> dict[str, str]:
        """Calibre phrases, likewise."""
        return inscription.lookup((s.text, s.text) for s in self.calibres.known)


@dataclass(frozen=True, slots=True)
class Options:
    """How to search. `two_edits`: `staged` opens the second step only when the first explains the reading badly.

    `explain`: whether the candidates say why: which characters differ, what the evidence adds, what speaks against them.
    """

    absent_prior: float = 0.10
    top: int = MOST_SHOWN
    two_edits: Literal["staged", "always", "never"] = "staged"
    channel: Channel = Channel()
    absence: Absence = Absence()
    limit: int = 20_000
    explain: bool = True
    weights: Weights = Weights()


USUAL = Options()


class Heard(NamedTuple):
    """A reading understood: the mark itself, where it stands in the text as given, and its attributes.

    `otherwise`: what else may be the mark in an inscription, where that is about as likely.
    """

    reading: Reading
    offset: int
    component: str
    mark_kind: str
    otherwise: "Heard | None" = None


def understand(query: Query, reference: Reference) -> tuple[list[Heard], Query]:
    """Parse the readings; evidence inside an inscription fills what the query leaves empty."""
    if not query.readings:
        raise SearchError("reading", Sentence("There is no reading."))
    heard = []
    for given in query.readings:
        parts = [(given.reading, 0)]
        if len(given.reading.split()) > 1:
            parts, query = _taken_apart(given.reading, query, reference)
        first, *others = [_heard(text, offset, given) for text, offset in parts]
        if isinstance(first, ReadingError):
            raise SearchError("reading", sentence(said(first))) from first
        usable = (other for other in others if isinstance(other, Heard))
        heard.append(first._replace(otherwise=next(usable, None)))
    return heard, query


def _heard(text: str, offset: int, given: MarkReading) -> Heard | ReadingError:
    try:
        return Heard(parse(text), offset, given.component, given.mark_kind)
    except ReadingError as problem:
        return problem


CLOSE = 0.5
"""Share of the best serial's weight from which the next one of an inscription is searched too."""


def _taken_apart(text: str, query: Query, reference: Reference) -> tuple[list[tuple[str, int]], Query]:
    """The likeliest serial of an inscription and where it begins, with the next one if it is close; the rest as evidence."""
    found = inscription.split(text, reference.maker_lookup, reference.calibre_lookup)
    if not found.serials or found.serials[0].text == text:
        return [(text, 0)], query
    likely = [serial for serial in found.serials[:2] if serial.weight >= CLOSE * found.serials[0].weight]
    filled = replace(
        query,
        maker=query.maker or found.maker or "",
        country=query.country or found.country or "",
        calibre=query.calibre or found.calibre or "",
    )
    return [(serial.text, serial.start) for serial in likely], filled
