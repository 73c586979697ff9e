"""Cases and requests of a demonstration State: each as far as a case or a request can be, so that no page is empty.

Other States are the other demonstration State and XC, asked on paper, and XD, whose node asks here; its key is thrown away, so that nobody
speaks for it again.
"""

import datetime as dt
import tempfile
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from countermark.demo.world import tables
from countermark.ledger import checkpoint, entry, exchange, sealing, services
from countermark.ledger.checkpoint import SigningKey
from countermark.ledger.services import Actor
from countermark.register.models import Weapon
from countermark.tracing import interpol
from countermark.tracing.cases import queries as case_queries
from countermark.tracing.cases import services as cases
from countermark.tracing.cases.rules import DIVERTED, Closing, Facts, Mark, Recovered
from countermark.tracing.cases.states import Case
from countermark.tracing.requests import answers, messages, periods, queries, rules
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.messages import Envelope

OFFICER, WRITER, RELEASER = Actor("tracing"), Actor("contact"), Actor("contact2")
USE = "criminal investigation; the information stays with the investigators and the court"
ASKER = "XD/main/1"

Move = tuple[str, dict[str, Any]]
"""A kind of message and what it says."""

ACKNOWLEDGED: Move = ("acknowledgement", {"text": "Received and registered; the firearms section has it."})
EXPORTED: Mapping[str, Any] = {
    "answer": {
        "events": [
            {"event": "import", "date": "1988-10"},
            {"event": "export", "date": "1989-04-11", "country": "XC", "document": "EL 89/0412"},
        ]
    },
    "outcome": "A4",
    "next_country": "XC",
}
STOLEN: Mapping[str, Any] = {
    "answer": {
        "events": [
            {"event": "import", "date": "1991-06", "country": "XC", "to": "Police of XC"},
            {"event": "theft", "date": "1998-02-17", "country": "XC", "place": "police store"},
        ]
    },
    "outcome": "A5",
}

PLACES = (
    ("seizure", "Ferry terminal", "in a hire car, wrapped in cloth under the spare wheel", "search warrant"),
    ("find", "Harbour basin", "brought up by divers looking for a boat engine", "property found"),
    ("seizure", "Market street", "carried by a man stopped after shots were reported", "caught in the act"),
    ("surrender", "District police station", "handed in by an heir who found it in a barn", "weapons amnesty"),
    ("seizure", "Border post North", "among kitchen goods in a lorry without papers for it", "customs search"),
    ("recovery", "Old quarry", "in a bag left behind at a robbery", "crime scene"),
)

CONVERSATIONS: Mapping[str, tuple[Move, ...]] = {
    "draft": (),
    "sent": (("request", {}),),
    "acknowledged": (("request", {}), ACKNOWLEDGED),
    "information_requested": (
        ("request", {}),
        ACKNOWLEDGED,
        ("information_request", {"question": "Is there a proof mark on the barrel, and of which house?"}),
    ),
    "in_progress": (
        ("request", {}),
        ACKNOWLEDGED,
        ("progress", {"text": "The maker was asked; its books are on film."}),
    ),
    "partial": (
        ("request", {}),
        ACKNOWLEDGED,
        ("partial_answer", {"answer": {"events": [{"event": "import", "date": "1988-10"}]}}),
    ),
    "delayed": (
        ("request", {}),
        ACKNOWLEDGED,
        ("delay", {"grounds": ["investigation"], "reason": "a trial in the matter opens next month"}),
    ),
    "restricted": (
        ("request", {}),
        ACKNOWLEDGED,
        ("restriction", {"grounds": ["security"], "reason": "the holding unit is not named", **EXPORTED}),
    ),
    "refused": (
        ("request", {}),
        ACKNOWLEDGED,
        (
            "refusal",
            {"grounds": ["confidentiality_law"], "reason": "the sale fell under the law on State secrets of 1987"},
        ),
    ),
    "answered": (("request", {}), ACKNOWLEDGED, ("answer", dict(EXPORTED))),
    "clarification_sought": (
        ("request", {}),
        ACKNOWLEDGED,
        ("answer", dict(EXPORTED)),
        ("clarification", {"question": "Under which number does the export licence name the consignee?"}),
    ),
    "closed": (("request", {}), ACKNOWLEDGED, ("answer", dict(STOLEN)), ("closing", {"outcome": "A5"})),
    "withdrawn": (("request", {}), ACKNOWLEDGED, ("withdrawal", {"text": "The weapon was found to be a replica."})),
}
"""A conversation for each state a request can be in."""


def furnish(state: str, *, by: Actor) -> None:
    """Makes cases and requests of a demonstration State; where a case is there already, none."""
    if next(case_queries.cases(), None) is not None:
        return
    rng = Random("countermark demonstration tracing")
    with services.alone():
        periods.set_periods("", rules.Periods(source="Decision of the arms authority, 2025"), by=by)
        _own_weapons(rng)
        other = "XA" if state == "XB" else "XB"
        for number, (stage, moves) in enumerate(CONVERSATIONS.items()):
            _converse(_case(rng, number), "XC" if stage == "closed" else other, moves)
        unanswered = _asked_of_us()
    for conversation, weapon in unanswered:
        _answer(conversation, weapon)


def _case(rng: Random, number: int, weapons: Sequence[Recovered] = ()) -> Case:
    how, place, circumstances, ground = PLACES[number % len(PLACES)]
    date = dt.date.fromisoformat(entry.now()[:10]) - dt.timedelta(days=20 + 11 * number)
    facts = Facts(
        how=how,  # type: ignore[arg-type]
        date=date.isoformat(),
        place=place,
        circumstances=circumstances,
        legal_ground=ground,
        why_illicit=("a", "e") if number % 3 == 0 else ("a",),
        handling="Names of witnesses stay in this State." if number % 4 == 0 else "",
    )
    return cases.open_case(facts, weapons or [_foreign(rng)], by=OFFICER)


def _foreign(rng: Random) -> Recovered:
    """A weapon made in XB that this register does not know."""
    model = rng.choice([one for one in tables.models() if one.maker.key.startswith("xb")])
    year = rng.randint(model.first_year, min(model.last_year, 1999))
    mark = f"{rng.choice('AEKLNPRT')}{rng.choice('CFHKMVXZ')} {rng.randrange(100_000, 999_999)}"
    return Recovered(
        (Mark(mark, model.control),),
        model.kind,
        model.maker.name,
        model.name,
        model.calibre,
        model.maker.country(year),
        import_mark=f"XC {year % 100:02d}" if rng.random() < 0.3 else "",
    )


def _own_weapons(rng: Random) -> None:
    """Weapons of this State: one stolen and identified, one that only bears a stolen one's mark, a find of three, two cases closed."""
    stolen = list(Weapon.objects.filter(status__in=DIVERTED, replaced_by=None).exclude(serial="").order_by("ref")[:4])
    for number, weapon in enumerate(stolen[:2]):
        case = _case(rng, number, [_as_read(weapon)])
        if number == 0:
            _confirm(case, weapon)
            interpol.note(case.id, "2026/XA/00417", by=WRITER)
            cases.note(case.id, "The owner was heard; what the police wrote about the theft was asked for.", by=OFFICER)
    _case(rng, 4, [*(_as_read(one) for one in stolen[2:3]), _foreign(rng), Recovered(kind="rifle")])
    for number, (said, closing) in enumerate(_ended(rng, stolen[3:])):
        cases.close(_case(rng, 14 + number, [said]).id, closing, by=OFFICER)


def _ended(rng: Random, stolen: Iterable[Weapon]) -> Iterable[tuple[Recovered, Closing]]:
    for weapon in stolen:
        year = weapon.last_time[:4]
        yield _as_read(weapon), Closing("A5", diversion_country=weapon.country, diversion_year=year)
    reason = "The number was ground off, and what etching brought back fits too many weapons."
    yield Recovered((Mark("??4?7"),), kind="self_loading_pistol", calibre="9x19"), Closing("B2", reason)


def _as_read(weapon: Weapon) -> Recovered:
    return Recovered(
        (Mark(weapon.serial),), weapon.kind, weapon.maker, weapon.model, weapon.calibre,
        weapon.country if len(weapon.country) == 2 else "",
    )  # fmt: skip


def _confirm(case: Case, weapon: Weapon) -> None:
    item = case.items[0].id
    cases.consider(case.id, item, str(weapon.id), 0.97, confirmed=True, reason="all marks agree", by=OFFICER)


def _converse(case: Case, peer: str, moves: Sequence[Move]) -> None:
    """Plays one request of ours: what the other State says comes on paper, dated today."""
    draft = cases.ask(case.id, peer, USE, confirmed=True, by=OFFICER)
    if not moves:
        return
    conversation = requests.release(draft, by=RELEASER).id
    for kind, body in moves[1:]:
        if rules.table().messages[kind].is_said_by("asker"):
            _say(conversation, kind, body)
        else:
            requests.note_paper(conversation, kind, {**body, **_until(kind)}, f"{_day(0)}T00:00:00.000Z", by=WRITER)


def _until(kind: str) -> dict[str, str]:
    return {"until": _day(30)} if kind == "delay" else {}


def _day(days: int) -> str:
    return (dt.date.fromisoformat(entry.now()[:10]) + dt.timedelta(days=days)).isoformat()


def _say(conversation: str, kind: str, body: Mapping[str, Any]) -> None:
    requests.release(requests.draft(kind, body, conversation=conversation, by=WRITER), by=RELEASER)


def _asked_of_us() -> list[tuple[str, Weapon]]:
    """Requests of a State with a node: one nobody acknowledged in time, one in progress, one with a question back, one refused, and
    one that is to be answered, which is returned.
    """
    rows = Weapon.objects.filter(status="active", kind__in=tables.HANDGUNS, replaced_by=None, finding="")
    weapons = list(rows.exclude(serial="").exclude(maker="").exclude(calibre="").order_by("ref")[:5])
    key = _trusted()
    asked = [_received(weapon, key, days) for weapon, days in zip(weapons, (9, 6, 5, 12, 4), strict=False)]
    moves: tuple[tuple[Move, ...], ...] = (
        (),
        (ACKNOWLEDGED, ("progress", {"text": "The dealer's book is being searched."})),
        (("information_request", {"question": "Please send photographs of both sides of the frame."}),),
        (ACKNOWLEDGED, ("refusal", {"grounds": ["investigation"], "reason": "the same weapon is evidence in a trial here"})),
        (ACKNOWLEDGED,),
    )  # fmt: skip
    for conversation, said in zip(asked, moves, strict=False):
        for kind, body in said:
            _say(conversation, kind, body)
    return list(zip(asked, weapons, strict=False))[len(moves) - 1 :]


def _trusted() -> SigningKey:
    """A node of XD in the directory."""
    key = checkpoint.generate_key()
    with tempfile.TemporaryDirectory(prefix="countermark-demo-") as directory:
        encryption_key = sealing.make_key(Path(directory) / "key.enc")
    exchange.trust(ASKER, checkpoint.verifier_key(ASKER, key.public_key()), encryption_key, by=WRITER)
    return key


def _received(weapon: Weapon, key: SigningKey, days: int) -> str:
    said = _as_read(weapon)
    body = {
        "weapons": [
            {
                "marks": [weapon.serial], "kind": said.kind, "calibre": said.calibre, "maker": said.maker, "model": said.model,
                "country": said.country, "confirmed": True,
            }
        ],
        "why_illicit": ["a"],
        "circumstances": f"{_day(-days - 30)}; seized from a group that robbed lorries",
        "intended_use": USE,
    }  # fmt: skip
    envelope = Envelope(
        messages.FORMAT, ASKER, services.require_own_log().origin, str(uuid.uuid4()), "asker", 1, 1, "request",
        f"{_day(-days)}T09:30:00.000Z", body,
    )  # fmt: skip
    token = messages.sealed(messages.written(envelope), key, ASKER, sealing.own_public_key())
    return requests.receive(token, by=services.NODE).id


def _answer(conversation: str, weapon: Weapon) -> None:
    """Drafts an answer with its proofs, for somebody else to release."""
    found = queries.request(conversation)
    held = [one.envelope.holds for one in found.received] if found else []
    built = answers.build(str(weapon.id), conversation, answers.Choice(), held)
    body = {"answer": msgspec.to_builtins(built), "outcome": "A1"}
    requests.draft("answer", body, conversation=conversation, by=WRITER)
