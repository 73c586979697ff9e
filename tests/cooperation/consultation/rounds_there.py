"""A round that XA runs: to XQ, a donor and a regional centre."""

from typing import Any

from countermark.cooperation.consultation import rounds
from countermark.cooperation.consultation.rounds import Answered, Put, Said
from tests.cooperation.region import COORDINATOR

SENT, DUE = "2026-03-01", "2026-05-31"


def said_round(who: dict[str, str], **more: Any) -> Said:
    """A note with a question of each kind."""
    said: dict[str, Any] = {
        "title": "Views on assistance since 2001",
        "text": "The outcome of the review asks for views.\nThey are put together for the next meeting.",
        "due": DUE,
        "questions": [
            Put("choice", "Was the assistance adequate?", ["Yes", "In part", "No"]),
            Put("number", "How many officers are trained?"),
            Put("words", "What would you change?"),
        ],
        "addressees": [who["other"], who["donor"], who["centre"]],
        "reference": "NV/12",
    }
    return Said(**{**said, **more})


def drafted(who: dict[str, str], **more: Any) -> str:
    """A draft of it; its id."""
    return rounds.draft(said_round(who, **more), actor=who["own"], by=COORDINATOR)


def sent_round(who: dict[str, str], **more: Any) -> str:
    """The round, sent; its id."""
    key = drafted(who, **more)
    rounds.send(key, SENT, actor=who["own"], by=COORDINATOR)
    return key


def replied(key: str, addressee: str, by: str, received: str = "2026-04-01", **answers: str) -> None:
    """A reply: `q1="2"` is the second choice of the first question."""
    said = {name.removeprefix("q"): text for name, text in answers.items() if name != "remarks"}
    given = Answered(answers=said, received=received, remarks=answers.get("remarks", ""))
    rounds.reply(key, addressee, given, actor=by, by=COORDINATOR)
