"""Asking blindly, answering, and taking the reply: each an act on its side, which tells neither mark nor text.

The answerer's secret lies beside the node's key, outside the store and its backups. A new set-up has a new secret: what was learnt
with the old one is worth nothing against it.
"""

import base64
import json
import logging
import os
import uuid
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from countermark.ledger import database, entry, jcs, services
from countermark.ledger.models import Attachment, Log
from countermark.ledger.services import Actor
from countermark.marks.sentences import NotAllowed, Sentence
from countermark.tracing.blind import messages, psi, queries, rules, setups
from countermark.tracing.blind.messages import FORMAT, BlindMessageError, Said
from countermark.tracing.blind.queries import Asked
from countermark.tracing.requests import keyring

PER_DAY = 20
"""Questions of one peer that are answered on one day (UTC), unless the State says otherwise."""

logger = logging.getLogger(__name__)

_LIMIT, _OFF, _ANSWERED = "blind-per-day", "blind-off", "blind-answered:"
_QUESTION = "application/vnd.countermark.blind-question+json"
_OUTCOME = "application/vnd.countermark.blind-outcome+json"
_SETUP = "application/vnd.countermark.blind-setup"


class NotDone(NotAllowed):
    """What cannot be asked, answered or taken; the sentence says why."""

    def __init__(self, problem: Sentence) -> None:
        super().__init__([problem])
        self.problem = problem


class Setup(NamedTuple):
    """A set-up of this node's marks: the names of its parts, how many marks, the day it was made, and the secret."""

    parts: tuple[str, ...]
    marks: int
    made: str
    secret: bytes

    @property
    def version(self) -> str:
        """The name of the whole."""
        return setups.version(self.parts)


class Outcome(NamedTuple):
    """What a reply tells: the texts the peer has on its register, as of the day its set-up was made."""

    peer: str
    reading: str
    known: tuple[str, ...]
    made: str
    question: str = ""


Fetch = Callable[[str], bytes]
"""Gets a part of a set-up by its name; nothing where it is not to be had."""


def open_to(origin: str, *, answered: bool, by: Actor) -> None:
    """Says whether a peer's questions are answered; no peer's are until somebody says so. Raises `NotDone`."""
    _sealed_to(origin)
    services.set_setting(f"blind-open:{origin}", "1" if answered else "", by=by)


def is_open_to(origin: str) -> bool:
    """Whether a peer's questions are answered."""
    return services.setting(f"blind-open:{origin}") == "1"


def set_limit(per_day: int, *, by: Actor) -> None:
    """How many questions of one peer are answered on one day."""
    services.set_setting(_LIMIT, str(max(per_day, 0)), by=by)


def limit() -> int:
    """How many questions of one peer are answered on one day."""
    return int(services.setting(_LIMIT) or PER_DAY)


def set_answering(answering: bool, *, by: Actor) -> None:
    """Answers no blind question of anybody, or again those of the peers that were opened to."""
    services.set_setting(_OFF, "" if answering else "1", by=by)


def is_answering() -> bool:
    """Whether this State answers blind questions at all."""
    return services.setting(_OFF) != "1"


def make_setup(*, by: Actor) -> Setup:
    """Makes the set-up of this register as it stands, with a new secret: about a minute for a million marks."""
    secret, old = psi.new_secret(), current_setup()
    about = sum(row[0] for row in database.stream("SELECT count(*) FROM tracing_mark", []))
    texts = (str(text) for (text,) in database.stream("SELECT canonical FROM tracing_mark", []))
    kept, marks = [], 0
    for part in setups.parts_of(secret, texts, about):
        kept.append(services.attachment(part.data, _SETUP))
        marks += part.marks
    setup = Setup(tuple(one.key for one in kept), marks, entry.now()[:10], secret)
    _write(setup)
    fields = {"version": setup.version, "documents": [one.key for one in kept]}
    services.append([services.timed_act("blind_setup_made", fields, kept=tuple(kept))], by=by)
    if old is not None:
        _drop(old.parts, by=by)
    return setup


def current_setup() -> Setup | None:
    """The set-up in use, None before the first was made."""
    try:
        said = json.loads(_path().read_text("ascii"))
        return Setup(tuple(said["parts"]), said["marks"], said["made"], base64.b64decode(said["secret"]))
    except (FileNotFoundError, KeyError):
        return None


def ask(origin: str, reading: str, *, by: Actor) -> tuple[str, str]:
    """A question for a peer: (its id, what travels). Raises `NotDone`. The reading is kept here, as a document."""
    services.require_own_log()
    _sealed_to(origin)
    try:
        texts = rules.texts_of(reading)
    except rules.NotAsked as problem:
        raise NotDone(problem.problem) from problem
    question, secret = str(uuid.uuid4()), psi.new_secret()
    points = psi.question_of(secret, rules.padded(texts))
    whole = {
        "peer": origin, "reading": reading, "texts": texts, "asked": entry.now(),
        "secret": base64.b64encode(secret).decode(), "points": base64.b64encode(points).decode(),
    }  # fmt: skip
    kept = services.attachment(jcs.encode(whole), _QUESTION)
    noted = services.setting_write(f"{queries.QUESTION}{question}", kept.key)
    fields = {"question": question, "peer": origin, "document": kept.key}
    services.append([services.timed_act("blind_asked", fields, kept=(kept, noted))], by=by)
    return question, sealed_question(question)


def sealed_question(question: str) -> str:
    """A question of ours as it travels, with the same points each time: others beside the same texts would tell how many are
    made up. Raises `NotDone`.
    """
    log, asked = services.require_own_log(), _own_question(question)
    points = base64.b64decode(asked.points)
    said = Said(FORMAT, "question", question, log.origin, asked.peer, points, queries.held(asked.peer))
    return _sealed(said, log, _sealed_to(asked.peer))


class Reply(NamedTuple):
    """The sealed reply to a question, who asked, and the names of the parts of the set-up that it has not got."""

    token: str
    to: str
    missing: tuple[str, ...]


def answer(token: str, *, by: Actor) -> Reply:
    """The reply to a sealed question. Raises `NotDone`. What was asked about is not learnt, only who asked, and how often."""
    log = services.require_own_log()
    said = _opened(token, ["question"], messages.LONGEST_QUESTION, log)
    setup = _answering(said.sender)
    try:
        points = psi.reply_to(setup.secret, said.points)
    except psi.BlindError as error:
        raise NotDone(Sentence("%(why)s", why=str(error))) from error
    with database.write_transaction(log.id):
        _count(said, setup, by)
    reply = Said(FORMAT, "reply", said.id, log.origin, said.sender, points, setup.parts, setup.made)
    missing = tuple(part for part in setup.parts if part not in said.parts)
    return Reply(_sealed(reply, log, _sealed_to(said.sender)), said.sender, missing)


def _answering(origin: str) -> Setup:
    """The set-up that questions of a peer are answered with. Raises `NotDone` where they are not."""
    setup = current_setup()
    if not is_answering() or not is_open_to(origin) or setup is None:
        raise NotDone(Sentence("questions of %(peer)s are not answered here", peer=origin))
    return setup


def _count(said: Said, setup: Setup, by: Actor) -> None:
    """Records that a question is answered, once, and not more often than a peer may ask on a day. Raises `NotDone`."""
    seen = f"{_ANSWERED}{said.id}"
    if services.setting(seen):
        raise NotDone(Sentence("this question was answered before: ask a new one"))
    today = entry.now()[:10]
    day, _, count = services.setting(f"blind-count:{said.sender}").partition(" ")
    so_far = int(count) if day == today else 0
    if so_far >= limit():
        raise NotDone(Sentence("%(peer)s asked as often today as it may", peer=said.sender))
    counted = services.setting_write(f"blind-count:{said.sender}", f"{today} {so_far + 1}")
    once = services.setting_write(seen, said.sender)
    fields = {"question": said.id, "peer": said.sender, "version": setup.version}
    services.append([services.timed_act("blind_answered", fields, kept=(counted, once))], by=by)


def sealed_part(part: str, origin: str) -> str:
    """A part of the set-up in use, sealed to a peer whose questions are answered. Raises `NotDone`."""
    if part not in _answering(origin).parts:
        raise NotDone(Sentence("the set-up was made anew meanwhile: ask again"))
    return messages.sealed_part(queries.document(part), _sealed_to(origin))


def wanted(question: str, part: str) -> str:
    """What asks a peer for a part of the set-up that its reply to a question of ours named. Raises `NotDone`."""
    log, asked = services.require_own_log(), _own_question(question)
    return _sealed(Said(FORMAT, "wanted", question, log.origin, asked.peer, parts=(part,)), log, _sealed_to(asked.peer))


def give(token: str) -> str:
    """The sealed part that a peer wants, of which a question was answered. Raises `NotDone`."""
    said = _opened(token, ["wanted"], messages.LONGEST_QUESTION, services.require_own_log())
    if services.setting(f"{_ANSWERED}{said.id}") != said.sender or len(said.parts) != 1:
        raise NotDone(Sentence("%(peer)s was answered no such question", peer=said.sender))
    return sealed_part(said.parts[0], said.sender)


def is_question(token: str) -> bool:
    """Whether what came is a question rather than the wish for a part of the set-up. Raises `NotDone` for neither."""
    log = services.require_own_log()
    return _opened(token, ["question", "wanted"], messages.LONGEST_QUESTION, log).kind == "question"


def take(token: str, fetch: Fetch, *, by: Actor) -> Outcome:
    """What a reply to a question of ours tells. Raises `NotDone`. A hit only says whom to ask: an ordinary request follows.

    `fetch` gets the parts of the set-up that are not here yet; each is kept as it comes, so that a reply cut short costs them once.
    """
    log = services.require_own_log()
    said = _opened(token, ["reply"], messages.LONGEST_REPLY, log)
    asked = queries.question(said.id)
    if asked is None or asked.peer != said.sender:
        raise NotDone(Sentence("this node asked %(peer)s no such question", peer=said.sender))
    hits: set[int] = set()
    for name in said.parts:
        is_here = name in queries.held(said.sender)
        part = queries.document(name) if is_here else _fetched(name, said.sender, fetch)
        try:
            hits.update(psi.hits(base64.b64decode(asked.secret), part, said.points))
        except psi.BlindError as error:
            raise NotDone(Sentence("%(why)s", why=str(error))) from error
        if not is_here:
            _keep(name, part, said.sender, by)
    known = tuple(asked.texts[at] for at in sorted(hits) if at < len(asked.texts))
    _taken(said, known, by)
    return Outcome(said.sender, asked.reading, known, said.made, said.id)


def _fetched(name: str, origin: str, fetch: Fetch) -> bytes:
    """A part of a peer's set-up that is not here. Raises `NotDone`."""
    data = fetch(name)
    is_other = Attachment.objects.filter(pk=name).exclude(media_type=_SETUP).exists()
    if setups.digest(data) != name or is_other:
        raise NotDone(Sentence("the reply belongs to a set-up of %(peer)s that is not here: ask again", peer=origin))
    return data


def _keep(name: str, data: bytes, origin: str, by: Actor) -> None:
    held = services.setting_write(f"{queries.HELD}{origin}", " ".join((*queries.held(origin), name)))
    kept = services.attachment(data, _SETUP)
    fields = {"peer": origin, "document": kept.key}
    services.append([services.timed_act("blind_part_taken", fields, kept=(kept, held))], by=by)


def _taken(said: Said, known: tuple[str, ...], by: Actor) -> None:
    """Records a reply with what it tells, and erases the parts of an older set-up."""
    whole = jcs.encode({"known": list(known), "made": said.made, "taken": entry.now()})
    outcome = services.attachment(whole, _OUTCOME)
    noted = services.setting_write(f"{queries.OUTCOME}{said.id}", outcome.key)
    old = [part for part in queries.held(said.sender) if part not in said.parts]
    held = services.setting_write(f"{queries.HELD}{said.sender}", " ".join(said.parts))
    fields = {
        "question": said.id, "peer": said.sender, "version": setups.version(said.parts), "hit": bool(known),
        "document": outcome.key,
    }  # fmt: skip
    services.append([services.timed_act("blind_taken", fields, kept=(outcome, noted, held))], by=by)
    _drop(old, by=by)


def _own_question(question: str) -> Asked:
    found = queries.question(question)
    if found is None or not found.points:
        raise NotDone(Sentence("there is no question %(id)s, or it was erased", id=question))
    return found


def _opened(token: str, kinds: Collection[messages.Kind], longest: int, log: Log) -> Said:
    try:
        said = messages.opened(token, kinds, keyring.believed, longest)
    except BlindMessageError as error:
        raise NotDone(Sentence("%(why)s", why=str(error))) from error
    if said.receiver != log.origin:
        raise NotDone(Sentence("this is for %(receiver)s", receiver=said.receiver))
    return said


def _sealed(said: Said, log: Log, encryption_key: str) -> str:
    return messages.sealed(said, keyring.signing_key(log), encryption_key, keyring.announcements())


def _sealed_to(origin: str) -> str:
    """The key of a peer to seal to. Raises `NotDone` for one that is not in the directory."""
    found = keyring.sealed_to(origin)
    if not found:
        raise NotDone(Sentence("%(peer)s is not in the directory, or has no key to seal to", peer=origin))
    return found


def _drop(parts: Iterable[str], *, by: Actor) -> None:
    """Erases parts of a set-up that another took the place of: nobody can ask with them any more."""
    known = list(Attachment.objects.filter(pk__in=list(parts)).values_list("pk", flat=True))
    if known:
        services.erase([], attachments=known, by=by, reason="set-up of the blind check replaced")


def _path() -> Path:
    return Path(settings.ENVIRONMENT.key_path).with_suffix(".blind")


def _write(setup: Setup) -> None:
    """Whole or not at all, readable by this user alone."""
    text = json.dumps({**setup._asdict(), "secret": base64.b64encode(setup.secret).decode()})
    new = _path().with_suffix(".blind-new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(_path())
