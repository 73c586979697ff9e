"""Questions and replies as files, for nodes that do not reach each other: a stick, an e-mail, a diplomatic bag.

The file of a reply has the reply on its first line and on each further one a part of the set-up that its asker has not got.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence
from countermark.tracing.blind import messages, services, setups
from countermark.tracing.blind.messages import BlindMessageError
from countermark.tracing.blind.services import NotDone, Outcome


def answered(token: str, *, by: Actor) -> Iterator[str]:
    """The lines of the reply to a question, each made when it is asked for. Raises `NotDone`."""
    reply = services.answer(token, by=by)
    parts = (services.sealed_part(part, reply.to) for part in reply.missing)
    return (f"{line}\n" for line in chain([reply.token], parts))


def taken(lines: Iterable[bytes], *, by: Actor) -> Outcome:
    """What a reply in a file tells. Raises `NotDone`. No more than one part is in memory at a time."""
    tokens = _tokens(lines)

    def fetch(part: str) -> bytes:
        for token in tokens:
            data = messages.opened_part(token)
            if setups.digest(data) == part:
                return data
        return b""

    try:
        return services.take(next(tokens, ""), fetch, by=by)
    except BlindMessageError as error:
        raise NotDone(Sentence("%(why)s", why=str(error))) from error


def _tokens(lines: Iterable[bytes]) -> Iterator[str]:
    for line in lines:
        try:
            if token := line.decode("ascii").strip():
                yield token
        except UnicodeDecodeError as error:
            raise NotDone(Sentence("this is no reply to a blind question")) from error
