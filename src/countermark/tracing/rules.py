"""What an answer says in words, and what to do next. Pure.

Sources: ITI (A/60/88 annex) paragraphs 5, 16-17 (who to ask: country of manufacture, or of last known import), 36.
"""

from collections.abc import Sequence
from typing import NamedTuple

from countermark.marks.differences import Difference
from countermark.marks.sentences import Sentence
from countermark.register.files import countries
from countermark.register.rules import HistoryEvent, WeaponState
from countermark.tracing.search.question import Query
from countermark.tracing.search.told import Candidate

WHY = {
    "lookalike": Sentence("%(read)s for %(mark)s: these are easily mistaken for each other"),
    "near": Sentence("%(read)s for %(mark)s: these can be mistaken for each other"),
    "other": Sentence("%(read)s for %(mark)s: a rare misreading"),
    "dropped": Sentence("%(mark)s was not read"),
    "added": Sentence("%(read)s is not on the registered mark"),
    "swapped": Sentence("%(read)s stands as %(mark)s"),
    "unread": Sentence("%(mark)s could not be read"),
    "transliterated": Sentence("%(read)s is how %(mark)s is written by sound"),
}
"""How what was read differs from what is registered."""
LEGAL = frozenset({"manufacture", "import", "export", "transfer", "sale", "registration", "issue", "return", "transit"})
ILLICIT = frozenset({"loss", "theft"})


class Reason(NamedTuple):
    """One thing that speaks for or against a candidate.

    `speaks` is `for`, `against` or empty; `owner` is the key of another weapon the reading fits, where there is one.
    """

    text: Sentence
    speaks: str = ""
    owner: int | None = None


def in_words(candidate: Candidate, query: Query) -> list[str]:
    """Why this weapon is a candidate: which characters differ, and what the evidence contributed."""
    return [str(reason.text) for reason in reasons(candidate, query)]


def reasons(candidate: Candidate, query: Query, offsets: Sequence[int] = ()) -> list[Reason]:
    """The same, to be told in any language. Places are counted from `offsets` in the text of each reading."""
    several = len(query.readings) > 1
    found = [
        _misread(number, difference, offsets[number] if offsets else 0, several=several)
        for number, difference in candidate.differences
    ]
    if not found and any(c.what == "reading" for c in candidate.contributions):
        found.append(Reason(AGREES, "for"))
    for contribution in candidate.contributions:
        # Evidence that was read out of an inscription weighs like evidence that was given.
        if contribution.what in EVIDENCE:
            rank = _how_well(contribution.value)
            found.append(Reason(EVIDENCE[contribution.what][rank], ("for", "", "against")[rank]))
    for conflict in candidate.conflicts:
        text = Sentence(CONFLICTS[conflict.why], reading=conflict.reading + 1)
        found.append(Reason(text, "against", conflict.weapon_key))
    return found


def _misread(number: int, difference: Difference, offset: int, *, several: bool) -> Reason:
    why = Sentence(WHY[difference.why], read=difference.read, mark=difference.mark)
    place = difference.at + 1 - offset
    if several:
        return Reason(
            Sentence("reading %(reading)d, place %(place)d: %(why)s", reading=number + 1, place=place, why=why)
        )
    return Reason(Sentence("place %(place)d: %(why)s", place=place, why=why))


AGREES = Sentence("the reading agrees with the registered mark")
EVIDENCE = {
    "maker": (Sentence("maker agrees"), Sentence("maker is close"), Sentence("maker does not agree")),
    "country": (Sentence("country agrees"), Sentence("country is close"), Sentence("country does not agree")),
    "kind": (Sentence("kind agrees"), Sentence("kind is close"), Sentence("kind does not agree")),
    "calibre": (Sentence("calibre agrees"), Sentence("calibre is close"), Sentence("calibre does not agree")),
}
"""How well the evidence fits, the best first."""
CONFLICTS = {
    "foreign_part": Sentence("reading %(reading)d does not belong to this weapon: the part may come from another one"),
    "two_owners": Sentence("the mark of reading %(reading)d stands on another registered weapon of this maker too"),
}


def _how_well(value: float) -> int:
    if value > -0.7:
        return 0
    return 1 if value > -2.5 else 2


def last_legal(lines: Sequence[HistoryEvent]) -> int | None:
    """The position of the last lawful record of where the weapon went: what a trace looks for (ITI 5)."""
    return next((line.position for line in reversed(lines) if line.event in LEGAL and not line.corrected), None)


class Step(NamedTuple):
    """What to do next: `own` (this register answers), `ask` (a State, with the reason) or `examine` (the marks again).

    `states` are ISO codes, likeliest to answer first.
    """

    what: str
    states: tuple[str, ...]
    why: Sentence


def next_step(state: WeaponState, lines: Sequence[HistoryEvent], own_state: str) -> Step:
    """Where the trace goes on once a weapon is identified (ITI 5, 17): here, or with the State that knew it last."""
    standing = [line for line in lines if not line.corrected]
    last = next((line for line in reversed(standing) if line.event in LEGAL), None)
    since = standing[standing.index(last) + 1 :] if last is not None else standing
    if any(line.event in ILLICIT for line in since):
        return Step(
            "own", (own_state,), Sentence("this register records a loss or theft: the point of diversion is here")
        )
    exported = next((line for line in reversed(standing) if line.event == "export" and line.country), None)
    if (
        exported is not None
        and last is not None
        and last.position == exported.position
        and exported.country != own_state
    ):
        return Step("ask", successors(exported.country), Sentence("exported there: the country of last known import"))
    if last is not None and last.event != "manufacture":
        return Step("own", (own_state,), Sentence("the last legal record is in this register"))
    if state.country and state.country not in (own_state, "ZZ"):
        return Step("ask", successors(state.country), Sentence("country of manufacture; no later record here"))
    return Step("own", (own_state,), Sentence("this register is the only one known to have a record"))


def not_found_step(country: str, own_state: str) -> Step:
    """Where to ask when nothing in this register fits."""
    if country and country not in (own_state, "ZZ"):
        return Step("ask", successors(country), Sentence("country of manufacture as read from the weapon"))
    return Step(
        "examine", (), Sentence("no country is known: look for proof, import or State marks, then ask their State")
    )


def successors(country: str) -> tuple[str, ...]:
    """The States that answer for a country of manufacture today, from a dated table."""
    return tuple(s.code for s in countries.successors(country)) or (country,)
