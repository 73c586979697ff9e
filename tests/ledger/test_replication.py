"""Depots without a network: logs go between the nodes of a State over a line that does what lines do."""

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import time_machine
from django.db import transaction
from hypothesis import strategies as st

from countermark.accounts import services as accounts
from countermark.accounts.models import User, UserRole
from countermark.ledger import (
    backup,
    checkpoint,
    entry,
    guard,
    identity,
    nodes,
    pieces,
    replicas,
    replication,
    services,
    store,
    verify,
)
from countermark.ledger.models import Attachment, SideText
from countermark.ledger.reasons import Reason
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.services import Draft, LedgerError
from countermark.register.models import Weapon
from countermark.register.queries import discrepancies
from countermark.register.queries.scope import EVERYTHING
from countermark.register.rules import CONTRADICTED
from tests.ledger.foreign import ANN
from tests.ledger.net import State, held, lost, record, registered, state, tampered, truncated, weapon
from tests.marking.nodes import Node
from tests.register import test_handover, told
from tests.support import stores

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker, Settings

pytestmark = pytest.mark.storage

MAIN, DEPOT = "XA/main/1", "XA/depot7/1"


@pytest.fixture
def pair(
    node: Path,
    template: str,
    tmp_path: Path,
    settings: "Settings",
    django_db_blocker: "DjangoDbBlocker",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[State]:
    """The main node and a depot's laptop, each admitted by the other."""
    with state(("main", "depot7"), template, tmp_path, settings, django_db_blocker, monkeypatch) as made:
        made.join("depot7", "main")
        yield made


@pytest.fixture
def trio(
    node: Path,
    template: str,
    tmp_path: Path,
    settings: "Settings",
    django_db_blocker: "DjangoDbBlocker",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[State]:
    """Two depots that reach only the main node, and know each other's cards."""
    with state(("main", "depot7", "depot8"), template, tmp_path, settings, django_db_blocker, monkeypatch) as made:
        made.join("depot7", "main")
        made.join("depot8", "main")
        for one, other in (("depot7", "depot8"), ("depot8", "depot7")):
            with made[one].at():
                card = nodes.own_card()
            with made[other].at():
                nodes.admit(card, by=ANN)
        yield made


def test_both_nodes_hold_both_logs_afterwards_and_say_the_same_of_every_weapon(pair: State) -> None:
    with pair["main"].at():
        record("1", "2", holder="Ann Holder")
        services.append(
            [services.timed_act("document_captured", {}, kept=(services.attachment(b"<a/>", "text/xml"),))], by=ANN
        )
    with pair["depot7"].at():
        record("3", holder="Ben Holder")
    outcome = pair.exchange("depot7")
    assert (outcome.problem, outcome.behind, outcome.ahead) == ("", 0, 0)
    seen = []
    for name in ("main", "depot7"):
        with pair[name].at():
            seen.append(registered())
            assert {"Ann Holder", "Ben Holder"} <= set(SideText.objects.values_list("text", flat=True))
            assert bytes(Attachment.objects.get().data) == b"<a/>"
            rebuild_views()
            assert registered() == seen[-1]
            assert verify.verify().ok
    assert seen[0] == seen[1]
    assert len(seen[0]) == 6


def test_two_nodes_come_to_rest(pair: State) -> None:
    with pair["depot7"].at():
        record("1")
    pair.exchange("depot7")
    sizes = []
    for _ in range(2):
        outcome = pair.exchange("depot7")
        assert (outcome.pulled, outcome.pushed, outcome.behind, outcome.ahead) == (0, 0, 0, 0)
        with pair["main"].at():
            sizes.append((held(MAIN), held(DEPOT)))
    assert sizes[0] == sizes[1]


def test_weeks_of_work_go_in_pieces_of_bounded_size(pair: State, scale: int) -> None:
    wanted = 1000 * scale
    with pair["depot7"].at():
        services.append([weapon(str(number), f"Unit {number}") for number in range(wanted)], by=ANN)
    outcome = pair.exchange("depot7", most=128 << 10)
    assert (outcome.problem, outcome.ahead) == ("", 0)
    assert pair.net.calls.count(("push", "200")) > 5
    with pair["main"].at():
        assert held(DEPOT) >= wanted
        assert SideText.objects.filter(text__startswith="Unit").count() == wanted
        assert verify.verify().ok


@pytest.mark.parametrize(("where", "fault"), [("sent", tampered), ("answered", tampered), ("answered", truncated)])
def test_a_piece_that_is_lost_or_changed_on_the_way_costs_that_piece_and_nothing_else(
    pair: State, where: str, fault: object
) -> None:
    with pair["depot7"].at():
        record(*map(str, range(150)), holder="Ann Holder")
    with pair["main"].at():
        record("m1")
    for operation in ("pull", "push"):
        getattr(pair.net, where)[operation] = fault
        outcome = pair.exchange("depot7", most=64 << 10)
        assert outcome.problem
        assert pair.contact("depot7", "main").problem
    outcome = pair.exchange("depot7", most=64 << 10)
    assert (outcome.problem, outcome.ahead) == ("", 0)
    with pair["main"].at():
        assert held(DEPOT) >= 150
        assert SideText.objects.filter(text="Ann Holder").exists()
        assert verify.verify().ok


def test_an_answer_that_was_lost_after_the_piece_was_taken_in_does_not_double_it(pair: State) -> None:
    with pair["depot7"].at():
        record("1", "2", "3")
    pair.net.answered["push"] = lost
    assert "not reached" in pair.exchange("depot7").problem
    with pair["main"].at():
        taken = held(DEPOT)
        assert taken >= 4
    outcome = pair.exchange("depot7")
    assert (outcome.problem, outcome.ahead) == ("", 0)
    with pair["main"].at():
        assert len({ref for ref in registered() if ref[0]}) == 6


def test_a_node_that_died_after_the_entries_gets_their_side_data_again(
    pair: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    from countermark.ledger import exchange

    class PowerCut(BaseException):
        pass

    def dies(*_: object) -> None:
        raise PowerCut

    with pair["main"].at():
        record("1", holder="Ann Holder")
    with monkeypatch.context() as patch:
        patch.setattr(exchange, "_take_side", dies)
        with pytest.raises(PowerCut):
            pair.exchange("depot7")
    with pair["depot7"].at():
        assert held(MAIN)
        assert not SideText.objects.filter(text="Ann Holder").exists()
    assert not pair.exchange("depot7").problem
    with pair["depot7"].at():
        assert SideText.objects.filter(text="Ann Holder").exists()


def test_a_node_that_is_not_admitted_is_given_nothing_and_believed_nothing(
    node: Path,
    template: str,
    tmp_path: Path,
    settings: "Settings",
    django_db_blocker: "DjangoDbBlocker",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with state(("main", "depot7"), template, tmp_path, settings, django_db_blocker, monkeypatch) as made:
        made.join("depot7", "main")
        with made["main"].at():
            services.append(
                [
                    services.timed_act(
                        "peer_ended", {"origin": DEPOT}, kept=(services.setting_write(f"node:{DEPOT}", ""),)
                    )
                ],
                by=ANN,
            )
        outcome = made.exchange("depot7")
        assert "does not admit this node" in outcome.problem
        assert not outcome.reached
        with made["main"].at():
            assert not held(DEPOT)


def test_a_stolen_laptop_is_locked_out_on_every_road(pair: State, tmp_path: Path) -> None:
    from countermark.ledger import bundle, exchange

    with pair["depot7"].at():
        record("1")
    pair.exchange("depot7")
    with pair["main"].at():
        before, own = held(DEPOT), services.require_own_log()
        nodes.end(DEPOT, Reason("lost", "stolen from a car"), by=ANN)
        with pytest.raises(bundle.BundleError, match="locked out"):
            bundle.write(tmp_path / "out", own, recipient=DEPOT)
    with pair["depot7"].at():
        record("2")
        bundle.write(tmp_path / "stick", services.require_own_log())
    assert "does not admit" in pair.exchange("depot7").problem
    with pair["main"].at():
        with pytest.raises(bundle.BundleError, match="locked out"):
            exchange.take_in(tmp_path / "stick", by=ANN)
        assert held(DEPOT) == before
        assert verify.verify().ok


def test_a_node_of_another_state_is_never_admitted(pair: State) -> None:
    with pair["main"].at():
        card = nodes.own_card()
        foreign = nodes.Card(card.format, "XB/main/1", card.verifier_key, card.encryption_key)
    with pair["main"].at(), pytest.raises(LedgerError, match="another State"):
        nodes.admit(foreign, by=ANN)


def test_whoever_answers_at_the_address_must_be_the_node(trio: State) -> None:
    trio.net.hosts["main.example"] = trio["depot8"]
    with trio["depot8"].at():
        record("x")
    outcome = trio.exchange("depot7")
    assert outcome.problem
    with trio["depot7"].at():
        assert not held("XA/depot8/1")


def test_a_call_that_was_overheard_is_worth_nothing_ten_minutes_later(pair: State) -> None:
    overheard: list[dict[str, str]] = []
    usual = pair.net.open

    def listening(request: object, timeout: float) -> object:
        overheard.append(dict(request.headers))  # type: ignore[attr-defined]
        return usual(request, timeout)  # type: ignore[arg-type]

    pair.net.open = listening  # type: ignore[method-assign, assignment]
    pair.exchange("depot7")
    from django.test import Client

    header = overheard[1]["Authorization"]
    with time_machine.travel(entry.now(), tick=True) as clock, pair["main"].at():
        clock.shift(700)
        answer = Client().post("/exchange/replica/heads/", b"", content_type="a/b", headers={"Authorization": header})
        assert answer.status_code == 401
        assert list(answer.json()) == ["challenge"]


def test_a_depot_learns_of_another_through_the_node_in_the_middle(trio: State) -> None:
    with trio["depot7"].at():
        record("1", holder="Ann Holder")
        services.append(
            [services.timed_act("document_captured", {}, kept=(services.attachment(b"<b/>", "text/xml"),))], by=ANN
        )
    with trio["depot8"].at():
        record("2")
    for caller in ("depot7", "depot8", "depot7"):
        assert not trio.exchange(caller).problem
    seen = []
    for name in ("main", "depot7", "depot8"):
        with trio[name].at():
            seen.append(registered())
            assert SideText.objects.filter(text="Ann Holder").exists()
            assert Attachment.objects.exists()
            assert verify.verify().ok
    assert seen[0] == seen[1] == seen[2]


def test_one_weapon_issued_by_two_depots_is_a_contradiction_on_every_node(trio: State) -> None:
    def say(*said: dict[str, Any]) -> None:
        services.append([Draft("event", one) for one in said], by=ANN)

    with trio["main"].at():
        say(told.birth(), test_handover.FIRST)
    for name in ("depot7", "depot8"):
        trio.exchange(name)
        with trio[name].at():
            say(test_handover.handed(f"Holder of {name}", test_handover.FIRST))
    for caller in ("depot7", "depot8", "depot7"):
        assert not trio.exchange(caller).problem
    found = []
    for name in ("main", "depot7", "depot8"):
        with trio[name].at():
            [one] = discrepancies.queue(EVERYTHING)
            found.append((one.subject, Weapon.objects.get().finding))
    assert found == [found[0]] * 3
    assert found[0][1] == CONTRADICTED


def test_a_depot_restored_from_its_backup_goes_on_under_its_next_generation(
    pair: State, tmp_path: Path, template: str, settings: "Settings"
) -> None:
    with pair["depot7"].at():
        record("1", holder="Ann Holder")
        pair.exchange("depot7")
        backup.write(tmp_path / "depot.backup")
        record("2")
    pair.exchange("depot7")
    (tmp_path / "again").mkdir()
    with stores.migrated(os.environ["COUNTERMARK_DATABASE_URL"], tmp_path / "again", template) as url:
        pair.nodes["depot7"] = Node("depot7", url, tmp_path / "again", settings)
        with pair["depot7"].at():
            assert backup.restore(tmp_path / "depot.backup").origin == "XA/depot7/2"
            card = nodes.own_card()
            record("3")
        assert "does not admit" in pair.exchange("depot7").problem
        with pair["main"].at():
            nodes.admit(card, by=ANN)
        assert not pair.exchange("depot7").problem
        with pair["main"].at():
            assert held("XA/depot7/2")
            assert sorted(Weapon.objects.values_list("ref", flat=True)) == ["1", "2", "3"]
            assert verify.verify().ok


def test_an_erasure_reaches_every_copy(trio: State) -> None:
    with trio["depot7"].at():
        record("1", holder="Ann Holder")
        data = services.attachment(b"<name>Ann Holder</name>", "text/xml")
        services.append([services.timed_act("document_captured", {}, kept=(data,))], by=ANN)
    for caller in ("depot7", "depot8"):
        trio.exchange(caller)
    with trio["depot7"].at():
        services.erase([identity.ref("party", "Ann Holder")], attachments=[data.key], by=ANN, reason="the law")
    for caller in ("depot7", "depot8"):
        assert not trio.exchange(caller).problem
    for name in ("main", "depot7", "depot8"):
        with trio[name].at():
            assert not SideText.objects.filter(text="Ann Holder").exists()
            assert not any(bytes(one.data) for one in Attachment.objects.all())
            assert verify.verify().ok


@pytest.mark.parametrize("follows", [True, False])
def test_what_a_depot_wrote_itself_it_erases_with_the_node_it_follows(pair: State, follows: bool) -> None:
    with pair["depot7"].at():
        record("1", holder="Ann Holder")
        if follows:
            nodes.let_erase(MAIN, by=ANN)
    pair.exchange("depot7")
    with pair["main"].at():
        services.erase(services.refs_of_people("Ann Holder"), by=ANN, reason="the law")
    assert not pair.exchange("depot7").problem
    with pair["depot7"].at():
        assert SideText.objects.filter(text="Ann Holder").exists() is not follows
        assert verify.verify().ok


def test_people_come_before_their_roles_whatever_was_stated_last(pair: State) -> None:
    with pair["main"].at():
        accounts.add_place("North depot", by=ANN)
        accounts.add_user("bea", ["armourer"], "North depot", by=ANN)
        record(*map(str, range(500)))
        accounts.rename_user(User.objects.get(username="bea"), "Bea Builder", by=ANN) if hasattr(
            accounts, "rename_user"
        ) else None
    assert not pair.exchange("depot7", most=64 << 10).problem
    with pair["depot7"].at():
        bea = User.objects.get(username="bea")
        assert bea.disabled
        assert list(UserRole.objects.filter(user=bea).values_list("role", flat=True)) == ["armourer"]


def test_a_clock_an_hour_off_changes_nothing(pair: State) -> None:
    with time_machine.travel(entry.now(), tick=True) as clock:
        clock.shift(-3600)
        with pair["depot7"].at():
            record("1")
        with pair["main"].at():
            pass
        outcome = pair.exchange("depot7")
    assert (outcome.problem, outcome.ahead) == ("", 0)
    with pair["main"].at():
        assert held(DEPOT) >= 2
        assert verify.verify().ok


def test_a_depot_put_back_to_an_older_copy_is_told_so_and_writes_nothing_more(pair: State) -> None:
    with pair["depot7"].at():
        record("1")
        with transaction.atomic():
            record("2", "3")
            note = guard.sign_current(services.require_own_log())
            peer_key = services.require_own_log().verifier_key
            transaction.set_rollback(True)
        guard.checkpoint_path().unlink()
    with pair["main"].at():
        replicas.remember_head(DEPOT, peer_key, note, 0)
    outcome = pair.exchange("depot7")
    assert "rolled back" in outcome.problem
    with pair["depot7"].at(), pytest.raises(guard.RolledBackError):
        record("4")


def test_a_depot_that_went_on_from_an_older_copy_is_told_that_it_signed_something_else(pair: State) -> None:
    with pair["depot7"].at():
        log = services.require_own_log()
        with transaction.atomic():
            record("2", "3")
            other = guard.sign_current(log)
            transaction.set_rollback(True)
        guard.checkpoint_path().unlink()
        guard._checked.clear()
        record("4", "5", "6", "7")
    with pair["main"].at():
        replicas.remember_head(DEPOT, log.verifier_key, other, 0)
    assert "not those this node signed" in pair.exchange("depot7").problem
    with pair["main"].at():
        assert not held(DEPOT)


NAMES = ("main", "depot7", "depot8")
STEP = st.one_of(
    st.tuples(st.sampled_from(("record", "erase")), st.sampled_from(NAMES)),
    st.tuples(
        st.just("exchange"),
        st.sampled_from(NAMES[1:]),
        st.sampled_from((None, lost, truncated)),
        st.sampled_from(("sent", "answered")),
        st.sampled_from(("heads", "pull", "push")),
    ),
)


def _step(made: State, number: int, what: str, name: str, *fault: Any) -> None:
    """Records, erases, or exchanges over a line that may break once."""
    if what == "exchange":
        change, way, operation = fault
        if change is not None:
            getattr(made.net, way)[operation] = change
        made.exchange(name, most=64 << 10)
        made.net.sent.clear()
        made.net.answered.clear()
        return
    with made[name].at():
        if what == "record":
            record(str(number), holder=f"Holder at {name}")
            return
        known = SideText.objects.filter(ref=identity.ref("party", f"Holder at {name}"))
        services.erase(known.values_list("ref", flat=True), by=ANN, reason="the law")


def _seen(made: State, name: str) -> tuple[Any, ...]:
    with made[name].at():
        texts = SideText.objects.filter(text__startswith="Holder").values_list("ref", flat=True)
        return registered(), sorted(texts)


def test_whatever_is_recorded_and_exchanged_in_whatever_order_ends_the_same_everywhere(trio: State, scale: int) -> None:
    numbers = itertools.count()

    @hypothesis.settings(max_examples=min(2 * scale, 40))
    @hypothesis.given(st.lists(STEP, min_size=4, max_size=8))
    def law(steps: list[tuple[Any, ...]]) -> None:
        for one in steps:
            _step(trio, next(numbers), *one)
        for caller in ("depot7", "depot8", "depot7"):
            assert not trio.exchange(caller).problem
        main, *depots = (_seen(trio, name) for name in NAMES)
        assert depots == [main, main]

    law()
    for name in NAMES:
        with trio[name].at():
            assert verify.verify().ok


def test_a_log_that_is_refused_stands_in_no_others_way(trio: State) -> None:
    with trio["depot8"].at():
        record("8")
        log = services.require_own_log()
        key, origin = guard.signing_key(log), log.origin
        forged = checkpoint.sign(checkpoint.Checkpoint(origin, 2, bytes(32)), key)
    assert not trio.exchange("depot8").problem
    with trio["main"].at():
        record("m")
    with trio["depot7"].at():
        record("7")
        replicas.remember_head(origin, log.verifier_key, forged, 0)
    outcome = trio.exchange("depot7")
    assert "two histories" in outcome.problem
    assert list(outcome.refused) == [origin]
    assert trio.contact("depot7", "main").problem == outcome.problem
    with trio["depot7"].at():
        assert not held(origin)
        assert held(MAIN)
    with trio["main"].at():
        assert held(DEPOT)


def test_a_node_that_is_not_reached_is_said_to_be_so(pair: State) -> None:
    pair.exchange("depot7")
    pair.net.down.add("main.example")
    outcome = pair.exchange("depot7")
    assert "no route to host" in outcome.problem
    contact = pair.contact("depot7", "main")
    assert contact.reached
    assert contact.tried >= contact.reached
    assert "no route to host" in contact.problem


def test_the_pace_is_slower_and_pieces_are_smaller_while_the_line_is_bad() -> None:
    pace = replication.Pace(60)
    bad = replication.Outcome("XA/main/1", reached=True, problem="broken")
    rests = [pace.after(bad) for _ in range(9)]
    assert rests[0] < rests[2] < rests[4] <= 1.1 * replication.LONGEST_REST
    assert (pace.most, pace.rest) == (pieces.SMALLEST, replication.LONGEST_REST)
    assert pace.after(replication.Outcome("XA/main/1", reached=True)) <= 66
    assert pace.most == 2 * pieces.SMALLEST


def test_the_state_of_a_contact_is_known_on_both_sides(pair: State) -> None:
    with pair["depot7"].at():
        record("1")
    pair.exchange("depot7")
    here, there = pair.contact("depot7", "main"), pair.contact("main", "depot7")
    assert (here.behind, here.ahead) == (0, 0)
    assert (there.behind, there.ahead) == (0, 0)
    assert there.admission == "admitted"
    assert json.dumps([here.problem, there.problem]) == '["", ""]'
    with pair["main"].at():
        own = store.own_log()
        assert own is not None
        assert replicas.offer(own) is not None
