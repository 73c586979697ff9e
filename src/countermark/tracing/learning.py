"""Learning from confirmed identifications: how marks are misread here, measured on a part held back before anyone switches.

Every confirmed candidate is an act with its readings. Three quarters of them refit the channel; the rest, chosen by their ids, is
traced with the channel in use and with the new one. Nobody is switched by a command that only measures.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from functools import lru_cache
from math import log
from typing import Any

import msgspec

from countermark.ledger import services, store
from countermark.ledger.entry import Entry
from countermark.ledger.services import Actor
from countermark.marks import channel as channels
from countermark.marks.channel import Channel
from countermark.marks.reading import Reading, ReadingError
from countermark.marks.reading import parse as parse_reading
from countermark.marks.sentences import Sentence
from countermark.marks.text import canonical, split_prefix
from countermark.register import projection
from countermark.tracing.search import MarkReading, Options, Query

SETTING = "reading_channel"
MOST = 5000
"""The newest confirmations that are learned from."""
LEAST_HELD_BACK = 20
"""With fewer nothing is shown to be better."""
_WORD = b'"act":"candidate_confirmed"'
_NOT_FOUND = 1e-6


class Confirmed(msgspec.Struct, frozen=True):
    """One confirmed identification: what was asked, which weapon it was, and each reading with the mark it was read off."""

    event_id: str
    query: Query
    weapon: str
    pairs: tuple[tuple[Reading, str], ...]


class Accuracy(msgspec.Struct, frozen=True):
    """How well the held-back readings are answered: shares of them, and the mean log-probability (nats) of the right weapon."""

    recall_1: float
    recall_10: float
    log_probability: float


class Learned(msgspec.Struct, frozen=True):
    """A channel refitted, and what it is worth against the one in use."""

    confirmed: int
    held_back: int
    old: Accuracy | None
    new: Accuracy | None
    channel: dict[str, Any]


class NotLearned(Exception):
    """Why nobody is switched to what was learned."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)


def current() -> Channel:
    """The channel in use: the one somebody switched to, or the one that comes with the program."""
    return _read(services.setting(SETTING))


@lru_cache(maxsize=4)
def _read(text: str) -> Channel:
    if not text:
        return Channel()
    known = {one.name for one in fields(Channel)}
    values = {name: value for name, value in json.loads(text).items() if name in known}
    values["confusion"] = tuple((str(m), str(r), float(p)) for m, r, p in values.get("confusion", ()))
    return Channel(**values)


def learn() -> Learned:
    """Refits the channel and measures it; changes nothing."""
    known = list(_confirmed())
    held = [one for one in known if _is_held_back(one.event_id)]
    learned = _fitted([one for one in known if not _is_held_back(one.event_id)])
    enough = len(held) >= LEAST_HELD_BACK
    return Learned(
        confirmed=len(known),
        held_back=len(held),
        old=_accuracy(held, current()) if enough else None,
        new=_accuracy(held, learned) if enough else None,
        channel=asdict(learned),
    )


def switch(*, by: Actor) -> Learned:
    """Takes what is learned now into use. Raises `NotLearned` where it cannot be shown to be better."""
    learned = learn()
    if learned.old is None or learned.new is None:
        raise NotLearned(
            Sentence(
                "%(held)d confirmed identifications are held back to measure by; at least %(least)d are needed",
                held=learned.held_back,
                least=LEAST_HELD_BACK,
            )
        )
    if learned.new.log_probability <= learned.old.log_probability:
        raise NotLearned(Sentence("what was learned does not answer the readings held back better than what is in use"))
    services.set_setting(SETTING, json.dumps(learned.channel, sort_keys=True), by=by)
    return learned


def go_back(*, by: Actor) -> None:
    """Takes the channel that comes with the program into use again."""
    services.set_setting(SETTING, "", by=by)


def _fitted(known: Sequence[Confirmed]) -> Channel:
    return channels.fit(pair for one in known for pair in one.pairs)


def _is_held_back(event_id: str) -> bool:
    return hashlib.sha256(event_id.encode()).digest()[0] % 4 == 0


def _accuracy(held: Sequence[Confirmed], channel: Channel) -> Accuracy:
    from countermark.tracing import queries

    first = among = 0
    total = 0.0
    for one in held:
        found = queries.trace(one.query, replace(Options(), channel=channel)).as_dict()["candidates"]
        at = next((place for place, candidate in enumerate(found) if candidate["weapon_id"] == one.weapon), None)
        first += at == 0
        among += at is not None
        total += log(max(found[at]["probability"], _NOT_FOUND) if at is not None else _NOT_FOUND)
    return Accuracy(first / len(held), among / len(held), total / len(held))


def _confirmed() -> Iterator[Confirmed]:
    for entry in store.entries_at(list(store.positions_with(_WORD, newest=MOST))):
        if entry.kind == "act" and entry.body.get("act") == "candidate_confirmed":
            yield from _of(entry)


def _of(entry: Entry) -> Iterator[Confirmed]:
    state = projection.state_of(str(entry.body["weapon"]))
    if state is None:
        return
    readings = tuple(MarkReading(r["reading"], r["component"], r["mark_kind"]) for r in entry.body["readings"])
    marks = [canonical(split_prefix(mark.text)[1]) for mark in state.marks if mark.text]
    pairs = [pair for one in readings if (pair := _read_off(one.reading, marks)) is not None]
    if pairs:
        yield Confirmed(entry.event_id, Query(readings, **entry.body["evidence"]), state.id, tuple(pairs))


def _read_off(text: str, marks: Sequence[str]) -> tuple[Reading, str] | None:
    """A reading with the mark of the weapon that explains it best."""
    try:
        reading = parse_reading(text)
    except ReadingError:
        return None
    if not marks:
        return None
    likelihoods = channels.log_likelihood(reading, marks)
    return reading, marks[int(likelihoods.argmax())]
