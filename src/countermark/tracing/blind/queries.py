"""Reading what was asked blindly from here, and what was told."""

from collections.abc import Iterable, Mapping

import msgspec

from countermark.ledger import services
from countermark.ledger.models import Attachment

QUESTION, OUTCOME, HELD = "blind-question:", "blind-outcome:", "blind-setup:"
"""Settings that name the document of a question, of what its reply told, and the parts of a peer's set-up that are here."""

LISTED = 200


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question of this node. `known` are the marks the peer has on its register as of the day `made`; both are empty, as is
    `taken`, until the reply came. An erased one has neither reading nor texts.
    """

    peer: str = ""
    reading: str = ""
    texts: tuple[str, ...] = ()
    asked: str = ""
    secret: str = ""
    points: str = ""
    id: str = ""
    known: tuple[str, ...] = ()
    made: str = ""
    taken: str = ""


class _Told(msgspec.Struct, frozen=True):
    known: tuple[str, ...] = ()
    made: str = ""
    taken: str = ""


def question(question_id: str) -> Asked | None:
    """One question of this node, None for an unknown id."""
    names = {
        QUESTION: services.setting(f"{QUESTION}{question_id}"),
        OUTCOME: services.setting(f"{OUTCOME}{question_id}"),
    }
    if not names[QUESTION]:
        return None
    documents = _documents(names.values())
    return _asked(question_id, names[QUESTION], names[OUTCOME], documents)


def questions() -> list[Asked]:
    """The questions of this node, the newest first; those that were erased come last."""
    asked, told = services.settings_of(QUESTION), services.settings_of(OUTCOME)
    documents = _documents([*asked.values(), *told.values()])
    found = [_asked(name, digest, told.get(name, ""), documents) for name, digest in asked.items()]
    return sorted(found, key=lambda one: one.asked, reverse=True)[:LISTED]


def _asked(question_id: str, digest: str, told: str, documents: Mapping[str, bytes]) -> Asked:
    said = msgspec.json.decode(documents.get(digest) or b"{}", type=Asked)
    outcome = msgspec.json.decode(documents.get(told) or b"{}", type=_Told)
    return msgspec.structs.replace(said, id=question_id, known=outcome.known, made=outcome.made, taken=outcome.taken)


def _documents(digests: Iterable[str]) -> dict[str, bytes]:
    named = [one for one in digests if one]
    return {row.digest: bytes(row.data) for row in Attachment.objects.filter(digest__in=named)}


def held(origin: str) -> tuple[str, ...]:
    """The names of the parts of a peer's set-up that are here."""
    return tuple(services.setting(f"{HELD}{origin}").split())


def document(digest: str) -> bytes:
    """A part of a set-up; nothing where it is not here, or was erased."""
    row = Attachment.objects.filter(pk=digest).first()
    return b"" if row is None else bytes(row.data)
