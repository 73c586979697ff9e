"""People, places and lists of another node of the State, as a bundle brings them."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from countermark.accounts import queries
from countermark.accounts import services as accounts
from countermark.accounts.models import Place, User, UserRole
from countermark.accounts.travel import TRAVELS
from countermark.ledger import identity, kept, sealing, services, store
from countermark.ledger.bundle import BundleError
from countermark.ledger.exchange import Taken, take_in, trust
from countermark.ledger.verify import verify
from countermark.register import lists
from countermark.register.lists import TermValue
from tests.ledger.foreign import ANN, ForeignLog, canonical

pytestmark = pytest.mark.django_db

NORTH, DEPOT, BEA, MINISTRY = (f"urn:countermark:{kind}:{digit * 64}" for kind, digit in
                               (("place", "1"), ("place", "2"), ("person", "3"), ("party", "4")))  # fmt: skip
BEA_PK = str(uuid4())
TEXTS = {NORTH: ("place", "North"), DEPOT: ("place", "Depot 3"), MINISTRY: ("party", "Ministry")}
ROWS: list[tuple[str, str, dict[str, Any]]] = [
    ("organisation", MINISTRY, {"id": MINISTRY, "name": "Ministry", "salt": "s"}),
    ("place", NORTH, {"id": NORTH, "name": "North", "parent": "", "organisation": MINISTRY, "salt": "s"}),
    ("place", DEPOT, {"id": DEPOT, "name": "Depot 3", "parent": NORTH, "organisation": "", "salt": "s"}),
    (
        "user",
        BEA,
        {"id": BEA_PK, "person": BEA, "username": "bea", "full_name": "Bea", "disabled": False, "salt": "s"},
    ),
    (
        "role",
        "00000000-0000-4000-8000-000000000001",
        {"user": BEA_PK, "role": "armourer", "place": DEPOT, "until": "", "withdrawn": False},
    ),
]
ROSSI = TermValue("maker", "Rossi", aliases=("Amadeo Rossi",), details={"country": "BR"})


def term(value: TermValue) -> tuple[str, str, dict[str, Any]]:
    return ("term", value.key, {**value.__dict__, "aliases": list(value.aliases)})


class Sender:
    """A depot that states rows in its log and sends them."""

    def __init__(self, folder: Path, origin: str = "XA/depot/1") -> None:
        self.log, self.file = ForeignLog(origin), folder / "b"
        trust(origin, self.log.verifier_key, by=ANN)

    def states(self, *rows: tuple[str, str, dict[str, Any]]) -> int:
        stated = {f"{table}/{key}": kept.TABLES[table].travels.digest(value) for table, key, value in rows}  # type: ignore[union-attr]
        for ref, (kind, text) in TEXTS.items():
            stated[f"text/{ref[-64:]}"] = identity.digest({"ref": ref[-64:], "kind": kind, "text": text, "salt": "s"})
        self.log.add("act", {"type": "act", "act": "load", "n": len(self.log.lines)}, kept=stated)
        return len(self.log.lines) - 1

    def sends(self, *rows: tuple[str, str, dict[str, Any]], index: int | None = None) -> Taken:
        at = self.states(*rows) if index is None else index
        texts = [{"ref": ref[-64:], "kind": kind, "text": text, "salt": "s"} for ref, (kind, text) in TEXTS.items()]
        sent = [{"table": table, "key": key, "index": at, "value": value} for table, key, value in rows]
        token = sealing.seal(json.dumps({"texts": texts, "kept": sent}).encode(), sealing.own_public_key())
        whole = self.log.bundle(recipient=services.require_own_log().origin)
        self.file.write_bytes(whole.replace(b'{"end":true}', canonical({"side": token}) + b'\n{"end":true}'))
        return take_in(self.file, by=ANN)


@pytest.fixture
def depot(db: None, tmp_path: Path) -> Sender:
    return Sender(tmp_path)


def test_people_arrive_disabled_without_a_password_and_with_their_roles_at_places_of_this_node(depot: Sender) -> None:
    assert depot.sends(*ROWS).merged == 5
    bea = User.objects.get(username="bea")
    (held,) = UserRole.objects.filter(user=bea)
    assert (bea.disabled, bea.has_usable_password(), bea.full_name) == (True, False, "Bea")
    assert held.place is not None
    assert (held.role, queries.place_path(held.place)) == ("armourer", "North / Depot 3")
    assert held.place_id == identity.opaque("place", "Depot 3")
    assert not queries.may(bea, "weapon.view")
    assert verify().ok


def test_taking_it_in_again_appends_nothing(depot: Sender) -> None:
    depot.sends(*ROWS, term(ROSSI))
    log = services.require_own_log()
    size = store.size(log)
    assert take_in(depot.file, by=ANN).merged == 0
    assert store.size(log) == size


def test_a_person_known_here_is_left_as_this_node_has_them(depot: Sender) -> None:
    accounts.add_user("bea", ["auditor"], password="a-long-password", full_name="Bea of the ministry", by=ANN)
    depot.sends(*ROWS)
    bea = User.objects.get(username="bea")
    assert (bea.full_name, bea.disabled, [held.role for held in bea.roles.all()]) == (
        "Bea of the ministry",
        False,
        ["auditor"],
    )


def test_once_somebody_is_enabled_here_the_other_node_gives_them_no_more_roles(depot: Sender) -> None:
    depot.sends(*ROWS)
    accounts.enable_user("bea", by=ANN)
    accounts.reset_user("bea", by=ANN)
    more = {"user": BEA_PK, "role": "admin", "place": "", "until": "", "withdrawn": False}
    depot.sends(("role", str(uuid4()), more))
    assert [held.role for held in UserRole.objects.filter(user_id=UUID(BEA_PK))] == ["armourer"]


def test_a_role_taken_away_there_is_taken_away_here_while_the_account_waits(depot: Sender) -> None:
    depot.sends(*ROWS)
    table, key, value = ROWS[-1]
    assert depot.sends((table, key, {**value, "withdrawn": True})).merged == 1
    assert UserRole.objects.get().withdrawn
    assert verify().ok


@pytest.mark.parametrize("change", [{"full_name": "Eve"}, {"username": "eve"}, {"disabled": True}, {"salt": None}])
def test_what_the_log_does_not_state_is_left_out_and_counted(depot: Sender, change: dict[str, Any]) -> None:
    index = depot.states(*ROWS)
    table, key, value = ROWS[3]
    taken = depot.sends((table, key, {**value, **change}), index=index)
    assert (taken.merged, taken.refused, User.objects.count()) == (0, 1, 0)


def test_a_row_of_a_table_this_program_does_not_know_is_left_out(depot: Sender) -> None:
    index = depot.states()
    assert depot.sends(("weather", "today", {"sun": True}), index=index).refused == 1


def test_another_state_sends_no_side_data(tmp_path: Path) -> None:
    sender = Sender(tmp_path, "XB/depot/1")
    with pytest.raises(BundleError, match="another State"):
        sender.sends(*ROWS)
    assert (User.objects.count(), Place.objects.count()) == (0, 0)


def test_lists_are_merged_and_what_was_decided_here_stays(depot: Sender) -> None:
    depot.sends(term(ROSSI), term(TermValue("maker", "Taurus", aliases=("Forjas Taurus",))))
    lists.review("maker", "Rossi SA", "alias", term="Rossi", by=ANN)
    lists.review("maker", "F. Taurus", "reject", reason="no maker", by=ANN)
    news = TermValue("maker", "Rossi", aliases=("Amadeo Rossi", "A. Rossi"), details={"country": "XX", "since": "1889"})
    assert depot.sends(term(news), term(TermValue("maker", "Taurus", aliases=("F. Taurus",)))).merged == 1
    held = {value.name: value for value in lists.terms("maker")}
    assert held["Rossi"].aliases == ("A. Rossi", "Amadeo Rossi", "Rossi SA")
    assert held["Rossi"].details == {"country": "BR", "since": "1889"}
    assert (held["Taurus"].aliases, held["F. Taurus"].state) == (("Forjas Taurus",), "rejected")
    assert verify().ok


def test_no_value_that_travels_holds_a_secret() -> None:
    accounts.add_user("bea", ["admin"], password="a-long-password", by=ANN)
    bea = User.objects.get()
    sent = json.dumps([list(TRAVELS["user"].values([bea.person])), sorted(TRAVELS)])
    assert bea.password not in sent
    assert "password" not in sent
    assert "token" not in TRAVELS
