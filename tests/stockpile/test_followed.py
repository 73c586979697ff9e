"""Who asks for a change that waits for a second person follows it to its end, and takes it back: their own, and nobody else's."""

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.cli import cli
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor
from countermark.register import asking
from countermark.register.checking import Refused
from countermark.stockpile import acts, handing, proposals, queries
from countermark.stockpile.handing import HandOver
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, commanded, state

pytestmark = pytest.mark.django_db

RITA = Actor("rita")


@pytest.fixture
def place() -> Armoury:
    """An armoury with one weapon that is issued, its commander carla, two registrars of the State and an armourer."""
    found = commanded()
    people.person("raul", "registrar")
    people.person("arno", "armourer", DEPOT)
    return found


def asked(place: Armoury, by: Actor = RITA, words: str = "it was another one") -> str:
    """A hand-over that somebody says never was; the id of the proposal."""
    made = asking.correct(hand_over(place), None, reason=Reason("other", words), by=by)
    assert isinstance(made, asking.Waits)
    return made.proposal


def hand_over(place: Armoury) -> str:
    """The eventID of the hand-over the weapon stands under."""
    held = state(place.weapons[0]).custody
    assert held is not None
    return held.heads[0]


def page(name: str, path: str = "/asked/") -> str:
    answer = people.client_of(name).get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def without_roles(name: str) -> None:
    user = User.objects.get(username=name)
    for held in user.roles.filter(withdrawn=False):
        accounts.withdraw_role(held, by=CHIEF)


# On pages


def test_who_asks_on_a_page_is_led_to_what_they_asked_for(place: Armoury) -> None:
    rita = people.client_of("rita")
    fields = {"event": "sale", "date": "2030", "to": "A. Friend", "note": "sold"}
    said = {**fields, "date": (timezone.now() + timedelta(minutes=10)).isoformat(timespec="seconds")}

    answer = rita.post(f"/weapons/{place.weapons[0]}/events/new/", said)

    (one,) = acts.subjects("proposal", state="pending")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/asked/{one.key}/")
    assert "Nothing has changed yet" in rita.get(f"/asked/{one.key}/").content.decode()


def test_the_list_says_what_was_asked_of_which_weapon_why_and_who_may_decide(place: Armoury) -> None:
    asked(place)

    found = page("rita")

    for said in ("Say that an event did not happen", "AB1000", "it was another one", "waits", "carla"):
        assert said in found, said


def test_a_long_list_takes_no_more_questions_to_the_store_than_a_short_one(place: Armoury) -> None:
    def taken() -> int:
        with CaptureQueriesContext(connection) as found:
            page("rita")
        return len(found)

    asked(place)
    short = taken()
    for n in range(3):
        asked(place, words=f"it was another one {n}")

    assert taken() == short


def test_who_commands_at_one_of_two_places_is_not_named_as_who_may_decide(place: Armoury) -> None:
    people.person("greta", "commander")
    soon = (timezone.now() + timedelta(minutes=10)).isoformat(timespec="seconds")
    made = asking.add_event(place.weapons[0], {"event": "registration", "date": soon, "place": OTHER}, by=RITA)
    assert isinstance(made, asking.Waits)

    for found in (page("rita"), page("rita", f"/asked/{made.proposal}/")):
        assert "greta" in found
        assert "carla" not in found


def test_who_asked_and_commands_nothing_reads_who_declined_it_and_why(place: Armoury) -> None:
    key = asked(place)
    proposals.decline(key, reason=Reason("wrong", "it was issued, I saw it"), by=Actor("carla"))

    for found in (page("rita"), page("rita", f"/asked/{key}/")):
        for said in ("declined", "carla", "something in it is wrong", "it was issued, I saw it"):
            assert said in found, said


def test_who_asked_reads_that_it_was_approved_and_by_whom(place: Armoury) -> None:
    key = asked(place)
    proposals.approve(key, by=Actor("carla"))

    found = page("rita", f"/asked/{key}/")

    assert "approved" in found
    assert "carla" in found
    assert "Take it back" not in found


def test_who_asked_takes_it_back_in_one_step_and_nothing_is_changed(place: Armoury) -> None:
    key = asked(place)

    answer = people.client_of("rita").post(f"/asked/{key}/take-back/")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/asked/{key}/")
    one = acts.subject("proposal", key)
    assert one is not None
    assert proposals.standing(one) == "withdrawn"
    assert "taken back" in page("rita", f"/asked/{key}/")
    assert state(place.weapons[0]).holder == place.trained


def test_what_was_taken_back_nobody_approves_any_more(place: Armoury) -> None:
    key = asked(place)
    people.client_of("rita").post(f"/asked/{key}/take-back/")

    with pytest.raises(Refused, match="waits for a decision"):
        proposals.approve(key, by=Actor("carla"))


def test_what_is_decided_is_not_taken_back(place: Armoury) -> None:
    key = asked(place)
    proposals.approve(key, by=Actor("carla"))

    answer = people.client_of("rita").post(f"/asked/{key}/take-back/")

    assert answer.status_code == 422
    assert "waits for a decision" in answer.content.decode()
    assert acts.subjects("proposal", state="approved")


@pytest.mark.parametrize("who", ["raul", "carla", "arno"])
@pytest.mark.parametrize("path", ["", "take-back/", "names/"])
def test_what_somebody_else_asked_for_is_not_there(place: Armoury, who: str, path: str) -> None:
    key = asked(place)

    answers = [people.client_of(who).get(f"/asked/{key}/{path}")]
    answers += [people.client_of(who).post(f"/asked/{key}/{path}", {"reason": "so"})] if path else []

    # Names need `person.view`, which neither of the two of the depot holds: refused before anything is looked up.
    expected = 403 if path == "names/" and who != "raul" else 404
    assert {answer.status_code for answer in answers} == {expected}
    assert acts.subjects("proposal", state="pending")


def test_nobody_takes_back_what_somebody_else_asked_for(place: Armoury) -> None:
    key = asked(place)

    with pytest.raises(Refused):
        proposals.take_back(key, by=Actor("raul"))

    assert acts.subjects("proposal", state="pending")


def test_who_takes_back_anothers_is_told_what_they_are_told_of_none(place: Armoury) -> None:
    def answer(key: str) -> str:
        with pytest.raises(Refused) as refused:
            proposals.take_back(key, by=Actor("raul"))
        return str(refused.value).replace(key, "KEY")

    assert answer(asked(place)) == answer("of-none")


def test_what_others_asked_for_is_on_nobody_elses_list(place: Armoury) -> None:
    asked(place)

    assert "it was another one" not in page("raul")
    assert "You have asked for nothing" in page("raul")


def test_two_who_ask_the_same_follow_one_each(place: Armoury) -> None:
    first, second = asked(place), asked(place, Actor("raul"))

    assert first != second
    assert f"/asked/{second}/" in page("raul")
    assert f"/asked/{second}/" not in page("rita")


def test_who_lost_every_role_still_sees_their_own_but_not_the_record(place: Armoury) -> None:
    key = asked(place)
    without_roles("rita")

    found = page("rita", f"/asked/{key}/")

    assert "it was another one" in found
    assert "AB1000" not in found
    assert "AB1000" not in page("rita")


def test_who_lost_every_role_still_takes_their_own_back(place: Armoury) -> None:
    key = asked(place)
    without_roles("rita")

    assert people.client_of("rita").post(f"/asked/{key}/take-back/").status_code == 302
    assert acts.subjects("proposal", state="declined")


def test_the_menu_leads_there_who_may_ask_or_has_asked_and_nobody_else(place: Armoury) -> None:
    link = 'href="/asked/"'
    asked(place)
    assert link not in page("carla", "/")
    assert link in page("raul", "/")

    without_roles("rita")
    without_roles("raul")

    assert link in page("rita", "/")
    assert link not in page("raul", "/")


def test_a_hand_over_a_program_proposed_is_followed_there_as_well(place: Armoury) -> None:
    said = HandOver("back", place.depot, place.weapons, note="end of shift")
    key = handing.propose(said, request="r1", by=Actor("arno"))

    assert "Hand weapons over" in page("arno")
    assert people.client_of("arno").post(f"/asked/{key}/take-back/").status_code == 302


def test_the_record_leads_who_asked_to_what_they_asked_for(place: Armoury) -> None:
    key = asked(place)

    assert f"/asked/{key}/" in page("rita", f"/weapons/{place.weapons[0]}/")
    assert f"/asked/{key}/" not in page("raul", f"/weapons/{place.weapons[0]}/")


def test_what_was_taken_back_is_told_apart_from_what_was_declined(place: Armoury) -> None:
    taken = asked(place)
    proposals.take_back(taken, by=RITA)
    declined = asked(place)
    proposals.decline(declined, reason="not_needed", by=Actor("carla"))

    for key, said in ((taken, "taken back"), (declined, "declined")):
        assert f"<bdi>{said}</bdi>" in page("carla", f"/stockpile/proposals/{key}/")


# For programs


def called(name: str, method: str, path: str, scope: str = "write") -> Any:
    user = User.objects.get(username=name)
    token = accounts.issue_token(user, "program", [scope], timezone.now() + timedelta(days=1), by=CHIEF)
    headers = {"Authorization": f"Bearer {token}"}
    return Client().generic(method, f"/api/asked{path}", b"{}", "application/json", headers=headers)


def test_a_program_reads_what_its_owner_asked_for_and_what_became_of_it(place: Armoury) -> None:
    key = asked(place)
    proposals.decline(key, reason=Reason("wrong", "it was issued"), by=Actor("carla"))

    (listed,) = called("rita", "GET", "").json()

    assert listed == called("rita", "GET", f"/{key}").json()
    told = {name: listed[name] for name in ("proposal", "standing", "weapon_id", "decided_by", "answer_code", "answer")}
    assert told == {
        "proposal": key, "standing": "declined", "weapon_id": place.weapons[0], "decided_by": "carla",
        "answer_code": "wrong", "answer": "it was issued",
    }  # fmt: skip


def test_a_program_takes_back_what_its_owner_asked_for(place: Armoury) -> None:
    key = asked(place)

    answer = called("rita", "POST", f"/{key}/take-back")

    assert (answer.status_code, answer.json()["standing"]) == (200, "withdrawn")
    assert called("rita", "POST", f"/{key}/take-back").status_code == 422


def test_programs_are_told_of_those_that_stand_as_asked_alone(place: Armoury) -> None:
    proposals.take_back(asked(place), by=RITA)
    key = asked(place)

    found = called("rita", "GET", "?standing=pending").json()

    assert [one["proposal"] for one in found] == [key]


def test_what_is_asked_for_is_found_behind_however_much_that_is_not(
    place: Armoury, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = asked(place)
    for n in range(2):
        proposals.take_back(asked(place, words=f"it was another one {n}"), by=RITA)
    monkeypatch.setattr(queries, "SHOWN", 1)

    found = called("rita", "GET", "?standing=pending").json()

    assert [one["proposal"] for one in found] == [key]


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/take-back")])
def test_a_program_of_somebody_else_finds_nothing(place: Armoury, method: str, path: str) -> None:
    key = asked(place)

    assert called("raul", "GET", "").json() == []
    assert called("raul", method, f"/{key}{path}").status_code == 404
    assert acts.subjects("proposal", state="pending")


@pytest.mark.parametrize("scope", ["read", "stock"])
def test_a_token_that_may_not_ask_reads_nothing_of_what_was_asked(place: Armoury, scope: str) -> None:
    asked(place)

    assert called("rita", "GET", "", scope).status_code == 403


def test_what_was_asked_at_a_counter_is_not_among_changes_of_records(place: Armoury) -> None:
    said = HandOver("back", place.depot, place.weapons)
    key = handing.propose(said, request="r1", by=Actor("arno"))

    assert called("arno", "GET", "").json() == []
    assert called("arno", "GET", f"/{key}").status_code == 404


# On the command line


def told(*words: str, user: str = "rita", status: int = 0) -> Any:
    result = CliRunner().invoke(cli, ["--as", user, "stockpile", "proposal", *words, "--json"])
    assert result.exit_code == status, result.output
    return json.loads(result.stdout) if not status else result.output


def test_a_command_lists_ones_own_and_nobody_elses(place: Armoury) -> None:
    own, _others = asked(place), asked(place, Actor("raul"))

    assert [one["id"] for one in told("list", "--own")["proposals"]] == [own]
    assert len(told("list")["proposals"]) == 2


def test_a_command_takes_back_ones_own_and_nobody_elses(place: Armoury) -> None:
    own, others = asked(place), asked(place, Actor("raul"))

    told("take-back", own)
    told("take-back", others, status=1)

    states = {one.key: one.state for one in acts.subjects("proposal")}
    assert states == {own: "declined", others: "pending"}
