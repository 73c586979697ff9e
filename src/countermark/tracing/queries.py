"""Answers to readings, ready for people and programs (contract, *Answers*): the search joined with the register."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum

from countermark.marks import posterior
from countermark.marks.posterior import Spellings
from countermark.register.models import Mark, Spelling, Term, TermAlias, Weapon
from countermark.register.rows import code_of, spelling
from countermark.tracing import index, kept, learning
from countermark.tracing import store as stores
from countermark.tracing.rules import in_words
from countermark.tracing.search import answers
from countermark.tracing.search.answers import Answer
from countermark.tracing.search.question import USUAL, MarkReading, Options, Query, Reference, SearchError
from countermark.tracing.search.told import Candidate, Conflict


@dataclass(frozen=True)
class Traced:
    """An answer and the weapons behind it, `None` for one that cannot be found in the register any more."""

    query: Query
    answer: Answer
    weapons: dict[int, Weapon]

    def as_dict(self, query_id: str | None = None) -> dict[str, Any]:
        """The contract's shape of one answer."""
        named = {} if query_id is None else {"query_id": query_id}
        answer = self.answer
        return {
            **named,
            "outcome": answer.outcome,
            "not_registered": round(answer.not_registered, 6),
            "candidates": [self._candidate(c) for c in answer.candidates if c.weapon_key in self.weapons],
            "restore_next": answer.restore_next,
            "restore_next_reading": answer.restore_next_reading,
            "bounded": answer.limited,
            "elapsed_ms": round(answer.elapsed_ms, 2),
        }

    def _candidate(self, candidate: Candidate) -> dict[str, Any]:
        weapon = self.weapons[candidate.weapon_key]
        return {
            "weapon_id": str(weapon.id),
            "ref": weapon.ref,
            "probability": round(candidate.probability, 6),
            "mark": engraved(weapon, candidate),
            "component": candidate.component,
            "differences": [
                {"reading": number, "at": d.at, "read": d.read, "mark": d.mark, "why": d.why}
                for number, d in candidate.differences
            ],
            "conflicts": [self._conflict(conflict) for conflict in candidate.conflicts],
            "explanation": in_words(candidate, self.query),
            "kind": weapon.kind,
            "maker": weapon.maker,
            "model": weapon.model,
            "calibre": weapon.calibre,
            "country": weapon.country,
            "status": weapon.status,
        }

    def _conflict(self, conflict: Conflict) -> dict[str, Any]:
        other = self.weapons.get(conflict.weapon_key) if conflict.weapon_key is not None else None
        return {"reading": conflict.reading, "why": conflict.why, "weapon_id": str(other.id) if other else None}


def engraved(weapon: Weapon, candidate: Candidate) -> str:
    """The mark as it stands on the metal."""
    marks = getattr(weapon, "marks_by_number", {})
    return str(marks.get(candidate.number, candidate.mark))


def _learned(options: Options) -> Options:
    """The options with the channel and the weights in use here, unless others are asked for."""
    channel = learning.current() if options.channel == USUAL.channel else options.channel
    weights = learning.weights() if options.weights == USUAL.weights else options.weights
    return replace(options, channel=channel, weights=weights)


def trace(query: Query, options: Options = USUAL) -> Traced:
    """The most probable weapons for a query. Raises `SearchError` (column, message) for an unusable reading.

    Records that were found to be one weapon answer as one, under the record that survives.
    """
    return trace_with(query, _learned(options))


def trace_with(query: Query, options: Options) -> Traced:
    """The answer of `trace` with just these options, whatever is in use here."""
    spelled = reference()
    with kept.opened() as store:
        answer = answers.search(store, spelled, query, options)
    return _traced(query, answer, weapons_by_key(_keys(answer)))


BATCH = 100
"""Answers whose weapons are read together."""

MARKS_A_READING = 5_000
"""Marks that are read into memory in about the time it saves one reading."""


def trace_many(queries: Iterable[Query], options: Options = USUAL) -> Iterator[Traced | SearchError]:
    """The answers of `trace` to many queries, in their order; one that cannot be used gives its error.

    What the register spells and which patterns it has is read once, and weapons are read a hundred answers at a time. For
    many queries the marks are read into memory.
    """
    options = _learned(options)
    store, spelled = _steady(), reference()
    waiting = iter(queries)
    traced = 0
    while batch := list(islice(waiting, BATCH)):
        if traced * MARKS_A_READING > store.known().marks >= kept.LEAST_MARKS and store.known().sieve is None:
            kept.make(store.known().marks)
            store = _steady()
        traced += len(batch)
        answers = [_answer(store, spelled, query, options) for query in batch]
        found = [answer for answer in answers if isinstance(answer, Answer)]
        weapons = weapons_by_key({key for answer in found for key in _keys(answer)})
        for query, answer in zip(batch, answers, strict=True):
            if isinstance(answer, SearchError):
                yield answer
                continue
            keys = _keys(answer)
            yield _traced(query, answer, {key: weapon for key, weapon in weapons.items() if key in keys})


def _steady() -> stores.Steady:
    with kept.opened() as store:
        return stores.Steady(store)


def _answer(store: stores.Store, spelled: Reference, query: Query, options: Options) -> Answer | SearchError:
    try:
        return answers.search(store, spelled, query, options)
    except SearchError as problem:
        return problem


def _keys(answer: Answer) -> set[int]:
    """The weapons an answer names."""
    keys = {candidate.weapon_key for candidate in answer.candidates}
    return keys | {
        c.weapon_key for candidate in answer.candidates for c in candidate.conflicts if c.weapon_key is not None
    }


def _traced(query: Query, answer: Answer, weapons: dict[int, Weapon]) -> Traced:
    if all(weapon.replaced_by is None for weapon in weapons.values()):
        return Traced(query, answer, weapons)
    survivors = _survivors(weapons)
    shown_as = {key: index.weapon_key(str(survivor.id)) for key, survivor in survivors.items()}
    as_one = {index.weapon_key(str(survivor.id)): survivor for survivor in survivors.values()}
    return Traced(query, _joined(answer, weapons, shown_as), as_one)


LONGEST_CHAIN = 50
"""Records joined one to the next; a longer chain is a loop made by logs of several nodes."""


def _survivors(weapons: Mapping[int, Weapon]) -> dict[int, Weapon]:
    """For each weapon the record it is shown under."""
    found = dict(weapons)
    for _ in range(LONGEST_CHAIN):
        wanted = {weapon.replaced_by for weapon in found.values() if weapon.replaced_by is not None}
        following = {other.id: other for other in _with_marks(Weapon.objects.filter(id__in=wanted))}
        if not following:
            break
        found = {
            key: following.get(weapon.replaced_by, weapon) if weapon.replaced_by else weapon
            for key, weapon in found.items()
        }
    return found


def _joined(answer: Answer, weapons: Mapping[int, Weapon], shown_as: Mapping[int, int]) -> Answer:
    """The answer with the candidates of one weapon as one: the likelier one explains, their probabilities add up."""
    merged: dict[int, Candidate] = {}
    for candidate in answer.candidates:
        weapon = weapons.get(candidate.weapon_key)
        if weapon is None:
            continue
        key = shown_as[candidate.weapon_key]
        first = merged.get(key)
        if first is not None:
            merged[key] = first._replace(probability=first.probability + candidate.probability)
            continue
        conflicts = tuple(c._replace(weapon_key=shown_as.get(c.weapon_key or -1)) for c in candidate.conflicts)
        others = tuple(c for c in conflicts if c.weapon_key != key)
        mark = engraved(weapon, candidate)
        merged[key] = candidate._replace(weapon_key=key, mark=mark, number=0, conflicts=others)
    candidates = tuple(sorted(merged.values(), key=lambda c: -c.probability))
    best = candidates[0].probability if candidates else 0.0
    return replace(answer, candidates=candidates, outcome=answers.outcome(best, answer.not_registered))


def weapons_by_key(keys: set[int]) -> dict[int, Weapon]:
    """Weapons by the 63 bits that name them in the search table, with `marks_by_number`."""
    ordered = sorted(keys)
    found: list[Weapon] = []
    for start in range(0, len(ordered), AT_ONCE):
        spans = Q()
        for key in ordered[start : start + AT_ONCE]:
            spans |= Q(id__gte=UUID(int=key << 65), id__lte=UUID(int=((key + 1) << 65) - 1))
        found += _with_marks(Weapon.objects.filter(spans))
    return {index.weapon_key(str(weapon.id)): weapon for weapon in found}


AT_ONCE = 200
"""Weapons asked for in one statement: SQLite takes a thousand conditions."""


def _with_marks(found: QuerySet[Weapon]) -> list[Weapon]:
    """The weapons, with `marks_by_number`."""
    weapons = list(found)
    marks: dict[UUID, dict[int, str]] = {}
    for weapon_id, number, text in Mark.objects.filter(weapon__in=weapons).values_list("weapon_id", "number", "text"):
        marks.setdefault(weapon_id, {})[number] = text
    for weapon in weapons:
        weapon.marks_by_number = marks.get(weapon.id, {})  # type: ignore[attr-defined]
    return weapons


_cached: dict[str, tuple[tuple[Any, ...], Reference]] = {}
_lock = threading.Lock()


def reference() -> Reference:
    """Every maker and calibre spelling in use or listed; read again only when there are others than before."""
    name = str(connection.settings_dict["NAME"])
    used = Spelling.objects.filter(list__in=("maker", "calibre")).aggregate(n=Count("*"), codes=Sum("code"))
    listed = Term.objects.filter(state="known").aggregate(last=Max("id"), n=Count("id"))
    aliases = TermAlias.objects.aggregate(last=Max("id"), n=Count("id"))
    state = (*used.values(), *listed.values(), *aliases.values())
    with _lock:
        held = _cached.get(name)
        if held is None or held[0] != state:
            held = (state, Reference(_spellings("maker"), _spellings("calibre")))
            _cached[name] = held
    return held[1]


def _spellings(name: str) -> Spellings:
    groups = _alias_groups(name)
    rows = list(Spelling.objects.filter(list=name).values_list("code", "text", "n"))
    total = sum(n for _, _, n in rows) or 1
    known = [posterior.Spelling(code, text, groups.get(spelling(text), code), n / total) for code, text, n in rows]
    in_use = {spelling(text) for _, text, _ in rows}
    known += [
        posterior.Spelling(code_of(text), text, group, 0.0) for text, group in groups.items() if text not in in_use
    ]
    return Spellings(tuple(known))


def _alias_groups(name: str) -> dict[str, int]:
    """Normalised spelling -> group, for every listed name and alias."""
    terms = Term.objects.filter(list=name, state="known").prefetch_related("aliases")
    groups: dict[str, int] = {}
    for term in terms:
        group = code_of(term.name)
        groups[spelling(term.name)] = group
        for alias in term.aliases.all():
            groups.setdefault(alias.normalised, group)
    return groups


def query_of(readings: Sequence[tuple[str, str, str]], **evidence: str) -> Query:
    """A query from (component, reading, mark kind) and the evidence maker, country, kind, calibre."""
    return Query(tuple(MarkReading(text, component, mark_kind) for component, text, mark_kind in readings), **evidence)


__all__ = ["Options", "Query", "SearchError", "Traced", "query_of", "trace", "trace_many"]
