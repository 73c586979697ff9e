"""Spellings that weapons carry but no reference list knows, the most used first."""

from dataclasses import dataclass

from rapidfuzz import fuzz, process

from countermark.register import lists
from countermark.register.lists import KNOWN, TermValue
from countermark.register.models import Spelling
from countermark.register.rows import spelling

SHOWN = 100
READ = 5000
ALIKE = 75


@dataclass(frozen=True)
class Provisional:
    """A spelling nobody has reviewed, how many weapons carry it, and the term it is most like (or None)."""

    text: str
    weapons: int
    like: TermValue | None


def provisional(list_: str, held: list[TermValue]) -> tuple[list[Provisional], bool]:
    """The spellings of a list to be reviewed, at most `SHOWN`, and whether there are more."""
    known = lists.known_spellings(held)
    rows = Spelling.objects.filter(list=list_).order_by("-n", "text").values_list("text", "n")[:READ]
    found = [(text, n) for text, n in rows if spelling(text) not in known]
    candidates = {name: value for value in held if value.state == KNOWN for name in (value.name, *value.aliases)}
    return [Provisional(text, n, _like(text, candidates)) for text, n in found[:SHOWN]], len(found) > SHOWN


def _like(text: str, candidates: dict[str, TermValue]) -> TermValue | None:
    best = process.extractOne(text, list(candidates), scorer=fuzz.WRatio, score_cutoff=ALIKE) if candidates else None
    return candidates[best[0]] if best else None
