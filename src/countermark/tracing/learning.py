"""Learning from confirmed identifications: how marks are misread here and how far evidence is to be trusted, measured on a part held
back before anyone switches.

Every confirmed candidate is an act with its readings and evidence. Three quarters of them refit the channel and the weights; the rest,
chosen by their ids, is traced with what is in use and with the new. Nobody is switched by a command that only measures.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from functools import lru_cache
from math import log
from typing import Any

import msgspec
import numpy as np

from countermark.ledger import services, store
from countermark.ledger.entry import Entry
from countermark.ledger.services import Actor
from countermark.marks import learned, likelihood
from countermark.marks.channel import Channel
from countermark.marks.posterior import Spellings
from countermark.marks.reading import Reading, ReadingError
from countermark.marks.reading import parse as parse_reading
from countermark.marks.sentences import Sentence
from countermark.marks.text import canonical, split_prefix
from countermark.register import projection
from countermark.register.rows import code_of
from countermark.register.rules import MarkState, WeaponState
from countermark.tracing import index
from countermark.tracing import weights as fitting
from countermark.tracing.search import weighing
from countermark.tracing.search.question import MarkReading, Options, Query, Weights

SETTING = "reading_channel"
WEIGHTS = "evidence_weights"
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
    weapon: WeaponState
    pairs: tuple[tuple[Reading, str], ...]
    marks: tuple[tuple[MarkReading, MarkState], ...]


class Accuracy(msgspec.Struct, frozen=True):
    """How well the held-back readings are answered: shares of them, and the mean log-probability (nats) of the right weapon.

    `calibration`: the mean distance between the probabilities of the candidates shown and how often they came true, in ten bins.
    """

    recall_1: float
    recall_10: float
    log_probability: float
    calibration: float


class Learned(msgspec.Struct, frozen=True):
    """Channel and weights refitted, and what they are worth against those in use."""

    confirmed: int
    held_back: int
    old: Accuracy | None
    new: Accuracy | None
    channel: dict[str, Any]
    weights: dict[str, float]
    weights_in_use: dict[str, float]


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


def weights() -> Weights:
    """The weights of evidence in use: those somebody switched to, or those that come with the program."""
    return _read_weights(services.setting(WEIGHTS))


@lru_cache(maxsize=4)
def _read_weights(text: str) -> Weights:
    known = {one.name for one in fields(Weights)}
    return Weights(**{name: float(value) for name, value in json.loads(text or "{}").items() if name in known})


def learn() -> Learned:
    """Refits channel and weights and measures them; changes nothing."""
    known = list(_confirmed())
    held = [one for one in known if _is_held_back(one.event_id)]
    used = [one for one in known if not _is_held_back(one.event_id)]
    channel, weighed = _fitted(used), fitting.fitted(_ways(used), Weights())
    enough = len(held) >= LEAST_HELD_BACK
    return Learned(
        confirmed=len(known),
        held_back=len(held),
        old=_accuracy(held, current(), weights()) if enough else None,
        new=_accuracy(held, channel, weighed) if enough else None,
        channel=asdict(channel),
        weights=asdict(weighed),
        weights_in_use=asdict(weights()),
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
    _use(json.dumps(learned.channel, sort_keys=True), json.dumps(learned.weights, sort_keys=True), by=by)
    return learned


def go_back(*, by: Actor) -> None:
    """Takes the channel and the weights that come with the program into use again."""
    _use("", "", by=by)


def _use(channel: str, weighed: str, *, by: Actor) -> None:
    """Both together or neither: they were measured together."""
    values = {SETTING: channel, WEIGHTS: weighed}
    drafts = [
        services.timed_act("setting_changed", {"setting": name}, kept=(services.setting_write(name, value),))
        for name, value in values.items()
    ]
    services.append(drafts, by=by)


def _ways(known: Sequence[Confirmed]) -> fitting.Ways:
    """What was stated against what the record of the weapon says."""
    from countermark.tracing import queries

    reference = queries.reference()
    found: fitting.Ways = {one.name: [] for one in fields(Weights)}
    for one in known:
        stated, state = one.query, one.weapon
        said = {
            "maker": _spelt(reference.makers, stated.maker, state.maker),
            "calibre": _spelt(reference.calibres, stated.calibre, state.calibre),
            "kind": fitting.coded(index.kind_code(stated.kind), index.kind_code(state.kind), weighing.KINDS),
            "country": fitting.coded(
                index.country_code(stated.country), index.country_code(state.country), weighing.COUNTRIES
            ),
        }
        for name, way in said.items():
            found[name] += [way] if way else []
        for reading, mark in one.marks:
            _add_mark(found, reading, mark)
    return found


def _add_mark(found: fitting.Ways, reading: MarkReading, mark: MarkState) -> None:
    stated, recorded = index.component_code(reading.component), index.component_code(mark.component)
    way = fitting.coded(stated, recorded, weighing.COMPONENTS)
    found["component"] += [way] if way else []
    if reading.mark_kind and mark.mark_kind:
        same = index.mark_kind_code(reading.mark_kind) == index.mark_kind_code(mark.mark_kind)
        found["mark_kind"].append(fitting.Way(1.0, 0.0) if same else fitting.Way(0.0, 1.0))


def _spelt(known: Spellings, stated: str, recorded: str) -> fitting.Way | None:
    """A maker or calibre as it was spelt; None where nothing was stated or is recorded."""
    if not stated or not recorded or not known.known:
        return None
    code = np.array([code_of(recorded)], np.int64)
    if known.groups_of(code)[0] < 0:
        return None
    return fitting.Way(*(float(np.exp(known.log_evidence(stated, code, wrong)[0])) for wrong in (0.0, 1.0)))


def _fitted(known: Sequence[Confirmed]) -> Channel:
    return learned.fit(pair for one in known for pair in one.pairs)


def _is_held_back(event_id: str) -> bool:
    return hashlib.sha256(event_id.encode()).digest()[0] % 4 == 0


def _accuracy(held: Sequence[Confirmed], channel: Channel, weighed: Weights) -> Accuracy:
    from countermark.tracing import queries

    first = among = 0
    total = 0.0
    came_true: list[tuple[float, bool]] = []
    for one in held:
        options = replace(Options(), channel=channel, weights=weighed)
        found = queries.trace_with(one.query, options).as_dict()["candidates"]
        at = next((place for place, candidate in enumerate(found) if candidate["weapon_id"] == one.weapon.id), None)
        first += at == 0
        among += at is not None
        total += log(max(found[at]["probability"], _NOT_FOUND) if at is not None else _NOT_FOUND)
        came_true += [(candidate["probability"], place == at) for place, candidate in enumerate(found)]
    return Accuracy(first / len(held), among / len(held), total / len(held), calibration(came_true))


BINS = 10


def calibration(came_true: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error of (probability, whether it came true): 0 where probabilities are what they say."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probability, is_true in came_true:
        bins[min(int(probability * BINS), BINS - 1)].append((probability, is_true))
    apart = (abs(sum(p for p, _ in some) - sum(is_true for _, is_true in some)) for some in bins.values())
    return sum(apart) / max(1, len(came_true))


def _confirmed() -> Iterator[Confirmed]:
    for entry in store.entries_at(list(store.positions_with(_WORD, newest=MOST))):
        if entry.kind == "act" and entry.body.get("act") == "candidate_confirmed":
            yield from _of(entry)


def _of(entry: Entry) -> Iterator[Confirmed]:
    state = projection.state_of(str(entry.body["weapon"]))
    if state is None:
        return
    readings = tuple(MarkReading(r["reading"], r["component"], r["mark_kind"]) for r in entry.body["readings"])
    marks = [mark for mark in state.marks if mark.text]
    texts = [canonical(split_prefix(mark.text)[1]) for mark in marks]
    read_off = [(one, *found) for one in readings if (found := _read_off(one.reading, texts)) is not None]
    if read_off:
        pairs = tuple((reading, texts[at]) for _, reading, at in read_off)
        seen = tuple((one, marks[at]) for one, _, at in read_off)
        yield Confirmed(entry.event_id, Query(readings, **entry.body["evidence"]), state, pairs, seen)


def _read_off(text: str, marks: Sequence[str]) -> tuple[Reading, int] | None:
    """A reading with the number of the mark of the weapon that explains it best."""
    try:
        reading = parse_reading(text)
    except ReadingError:
        return None
    if not marks:
        return None
    likely = likelihood.of_marks(reading, marks)
    return reading, int(likely.argmax())
