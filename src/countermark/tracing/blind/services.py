"""Asking blindly, answering, and taking the reply: each an act on its side, which tells neither mark nor text.

The answerer's secret lies beside the node's key, outside the store and its backups. A new set-up has a new secret: what was learnt
with the old one is worth nothing against it.
"""

import base64
import hashlib
import json
import logging
import os
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from countermark.ledger import database, entry, jcs, services
from countermark.ledger.models import Attachment, Log
from countermark.ledger.services import Actor
from countermark.marks.sentences import NotAllowed, Sentence
from countermark.tracing.blind import messages, psi, rules
from countermark.tracing.blind.messages import FORMAT, BlindMessageError, Said
from countermark.tracing.requests import keyring

PER_DAY = 20
"""Questions of one peer that are answered on one day (UTC), unless the State says otherwise."""

logger = logging.getLogger(__name__)

_LIMIT = "blind-per-day"
_QUESTION = "application/vnd.countermark.blind-question+json"
_SETUP = "application/vnd.countermark.blind-setup"


class NotDone(NotAllowed):
    """What cannot be asked, answered or taken; the sentence says why."""

    def __init__(self, problem: Sentence) -> None:
        super().__init__([problem])
        self.problem = problem


class Setup(NamedTuple):
    """A set-up of this node's marks: its version, how many marks, the day it was made, and the secret."""

    version: str
    marks: int
    made: str
    secret: bytes


class Outcome(NamedTuple):
    """What a reply tells: the texts the peer has on its register, as of the day its set-up was made."""

    peer: str
    reading: str
    known: tuple[str, ...]
    made: str


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


def make_setup(*, by: Actor) -> Setup:
    """Makes the set-up of this register as it stands, with a new secret: some two minutes for a million marks."""
    secret, old = psi.new_secret(), current_setup()
    marks = [str(text) for (text,) in database.stream("SELECT DISTINCT canonical FROM tracing_mark", [])]
    data = psi.setup_of(secret, marks)
    setup = Setup(hashlib.sha256(data).hexdigest(), len(marks), entry.now()[:10], secret)
    _write(setup)
    kept = services.attachment(data, _SETUP)
    fields = {"version": setup.version, "document": kept.key}
    services.append([services.timed_act("blind_setup_made", fields, kept=(kept,))], by=by)
    if old is not None:
        _drop(old.version, by=by)
    return setup


def current_setup() -> Setup | None:
    """The set-up in use, None before the first was made."""
    try:
        said = json.loads(_path().read_text("ascii"))
    except FileNotFoundError:
        return None
    return Setup(said["version"], said["marks"], said["made"], base64.b64decode(said["secret"]))


def ask(origin: str, reading: str, *, by: Actor) -> tuple[str, str]:
    """A question for a peer: (its id, what travels). Raises `NotDone`. The reading is kept here, as a document."""
    log, to = services.require_own_log(), _sealed_to(origin)
    try:
        texts = rules.texts_of(reading)
    except rules.NotAsked as problem:
        raise NotDone(problem.problem) from problem
    question, secret = str(uuid.uuid4()), psi.new_secret()
    points = psi.question_of(secret, rules.padded(texts))
    whole = {"peer": origin, "reading": reading, "texts": texts, "secret": base64.b64encode(secret).decode()}
    kept = services.attachment(jcs.encode(whole), _QUESTION)
    noted = services.setting_write(f"blind-question:{question}", kept.key)
    fields = {"question": question, "peer": origin, "document": kept.key}
    services.append([services.timed_act("blind_asked", fields, kept=(kept, noted))], by=by)
    said = Said(FORMAT, "question", question, log.origin, origin, services.setting(f"blind-setup:{origin}"), points)
    return question, _sealed(said, log, to)


def answer(token: str, *, by: Actor) -> str:
    """The sealed reply to a sealed question. Raises `NotDone`. What was asked about is not learnt, only who asked, and how often."""
    log = services.require_own_log()
    said = _opened(token, "question", messages.LONGEST_QUESTION, log)
    to, setup = _sealed_to(said.sender), current_setup()
    if not is_open_to(said.sender) or setup is None:
        raise NotDone(Sentence("questions of %(peer)s are not answered here", peer=said.sender))
    try:
        points = psi.reply_to(setup.secret, said.points)
    except psi.BlindError as error:
        raise NotDone(Sentence("%(why)s", why=str(error))) from error
    seen = f"blind-answered:{said.id}"
    with database.write_transaction(log.id):
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
    data = b"" if said.version == setup.version else bytes(Attachment.objects.get(pk=setup.version).data)
    reply = Said(FORMAT, "reply", said.id, log.origin, said.sender, setup.version, points, data, setup.made)
    return _sealed(reply, log, to)


def take(token: str, *, by: Actor) -> Outcome:
    """What a reply to a question of ours tells. Raises `NotDone`. A hit only says whom to ask: an ordinary request follows."""
    log = services.require_own_log()
    said = _opened(token, "reply", messages.LONGEST_REPLY, log)
    asked = _asked(said.id)
    if asked is None or asked["peer"] != said.sender:
        raise NotDone(Sentence("this node asked %(peer)s no such question", peer=said.sender))
    data = said.setup or _held_setup(said.version)
    if hashlib.sha256(data).hexdigest() != said.version:
        raise NotDone(
            Sentence("the reply belongs to a set-up of %(peer)s that is not here: ask again", peer=said.sender)
        )
    try:
        hits = psi.hits(base64.b64decode(asked["secret"]), data, said.points)
    except psi.BlindError as error:
        raise NotDone(Sentence("%(why)s", why=str(error))) from error
    known = tuple(asked["texts"][at] for at in hits if at < len(asked["texts"]))
    setup = services.attachment(data, _SETUP)
    version = services.setting_write(f"blind-setup:{said.sender}", said.version)
    fields = {"question": said.id, "peer": said.sender, "version": said.version, "hit": bool(known)}
    old = services.setting(f"blind-setup:{said.sender}")
    services.append([services.timed_act("blind_taken", fields, kept=(setup, version))], by=by)
    if old and old != said.version:
        _drop(old, by=by)
    return Outcome(said.sender, str(asked["reading"]), known, said.made)


def _opened(token: str, kind: str, longest: int, log: Log) -> Said:
    try:
        said = messages.opened(token, kind, keyring.believed, longest)
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


def _drop(version: str, *, by: Actor) -> None:
    """Erases a set-up that another took the place of: nobody can ask with it any more."""
    if Attachment.objects.filter(pk=version).exists():
        services.erase([], attachments=[version], by=by, reason="set-up of the blind check replaced")


def _asked(question: str) -> dict[str, Any] | None:
    row = Attachment.objects.filter(pk=services.setting(f"blind-question:{question}")).first()
    return None if row is None or not row.data else dict(jcs.decode(bytes(row.data)))


def _held_setup(version: str) -> bytes:
    row = Attachment.objects.filter(pk=version).first()
    return b"" if row is None else bytes(row.data)


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
