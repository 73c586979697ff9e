"""What an answer says in words, and what to do next. Pure.

Sources: ITI (A/60/88 annex) paragraphs 5, 16-17 (who to ask: country of manufacture, or of last known import), 36.
"""

from collections.abc import Sequence
from typing import NamedTuple

from countermark.register.files import countries
from countermark.register.rules import HistoryEvent, WeaponState
from countermark.tracing.search import Candidate, Query

WHY = {
    "lookalike": "{read} for {mark}: these are easily mistaken for each other",
    "near": "{read} for {mark}: these can be mistaken for each other",
    "other": "{read} for {mark}: a rare misreading",
    "dropped": "{mark} was not read",
    "added": "{read} is not on the registered mark",
    "swapped": "{read} stands as {mark}",
    "unread": "{mark} could not be read",
    "transliterated": "{read} is how {mark} is written by sound",
}
LEGAL = frozenset({"manufacture", "import", "export", "transfer", "sale", "registration", "issue", "return", "transit"})
ILLICIT = frozenset({"loss", "theft"})


def in_words(candidate: Candidate, query: Query) -> list[str]:
    """Why this weapon is a candidate: which characters differ, and what the evidence contributed."""
    words = [
        f"place {difference.at + 1}: " + WHY[difference.why].format(read=difference.read, mark=difference.mark)
        for _, difference in candidate.differences
    ]
    if not words:
        words.append("the reading agrees with the registered mark")
    given = {"maker": query.maker, "country": query.country, "kind": query.kind, "calibre": query.calibre}
    for contribution in candidate.contributions:
        if given.get(contribution.what):
            words.append(f"{contribution.what} {_how_well(contribution.value)}")
    for conflict in candidate.conflicts:
        words.append(_CONFLICTS[conflict.why].format(reading=conflict.reading + 1))
    return words


_CONFLICTS = {
    "foreign_part": "reading {reading} does not belong to this weapon: the part may come from another one",
    "two_owners": "the mark of reading {reading} stands on another registered weapon of this maker too",
}


def _how_well(value: float) -> str:
    if value > -0.7:
        return "agrees"
    if value > -2.5:
        return "is close"
    return "does not agree"


class Step(NamedTuple):
    """What to do next: `own` (this register answers), `ask` (a State, with the reason) or `examine` (the marks again).

    `states` are ISO codes, likeliest to answer first.
    """

    what: str
    states: tuple[str, ...]
    why: str


def next_step(state: WeaponState, lines: Sequence[HistoryEvent], own_state: str) -> Step:
    """Where the trace goes on once a weapon is identified (ITI 5, 17): here, or with the State that knew it last."""
    standing = [line for line in lines if not line.corrected]
    last = next((line for line in reversed(standing) if line.event in LEGAL), None)
    if any(line.event in ILLICIT for line in standing):
        return Step("own", (own_state,), "this register records a loss or theft: the point of diversion is here")
    exported = next((line for line in reversed(standing) if line.event == "export" and line.country), None)
    if exported is not None and last is not None and last.position == exported.position and exported.country != own_state:
        return Step("ask", successors(exported.country), "exported there: the country of last known import")
    if last is not None and last.event != "manufacture":
        return Step("own", (own_state,), "the last legal record is in this register")
    if state.country and state.country not in (own_state, "ZZ"):
        return Step("ask", successors(state.country), "country of manufacture; no later record here")
    return Step("own", (own_state,), "this register is the only one known to have a record")


def not_found_step(country: str, own_state: str) -> Step:
    """Where to ask when nothing in this register fits."""
    if country and country not in (own_state, "ZZ"):
        return Step("ask", successors(country), "country of manufacture as read from the weapon")
    return Step("examine", (), "no country is known: look for proof, import or State marks, then ask their State")


def successors(country: str) -> tuple[str, ...]:
    """The States that answer for a country of manufacture today, from a dated table."""
    return tuple(s.code for s in countries.successors(country)) or (country,)
