"""What a session may read of personal data for a while, after it was said why."""

from dataclasses import dataclass

from django.http import HttpRequest

from countermark.ledger.entry import now
from countermark.register.queries import personal


@dataclass(frozen=True)
class Opened:
    """One kind of thing whose names are opened: `key` of the session, and how many of them it remembers at `most`."""

    key: str
    most: int

    def remember(self, request: HttpRequest, about: str) -> None:
        """The names of this one are open from now on."""
        others = [pair for pair in request.session.get(self.key, []) if pair[0] != about]
        request.session[self.key] = [*others, [about, now()]][-self.most :]

    def holds(self, request: HttpRequest, about: str) -> bool:
        """Whether the names of this one were opened not long ago."""
        return personal.still_open([(seen, time) for seen, time in request.session.get(self.key, [])], about)
