"""The numbers of the home page that ask for work: discrepancies with their owner and day, paper forms that are out."""

import pytest
from django.test import Client

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.ledger import contacts, nodes, services
from countermark.ledger.models import Contact
from countermark.register import cases, papers
from countermark.register.queries import discrepancies, scope
from countermark.stockpile.counting import services as counting
from countermark.web.home import cards_for, lists_for
from tests.ledger.foreign import ForeignLog
from tests.marking import workshop
from tests.register import people
from tests.register.people import CHIEF, NORTH

pytestmark = pytest.mark.django_db


def home(client: Client) -> str:
    return str(client.get("/").content.decode())


def test_discrepancies_say_how_many_are_mine_and_overdue() -> None:
    for ref in ("1", "2"):
        people.weapon(ref, "AB 1")
    alice = people.signed_in("alice", "registrar")
    [found] = discrepancies.queue(scope.EVERYTHING)

    assert "yours" not in home(alice)
    cases.assign(found.subject, "2001-02-03", "alice", by=CHIEF)

    page = home(alice)
    assert "1 yours, 1 overdue" in page
    assert "owner=alice" in page


def test_forms_that_are_out_are_counted_for_those_who_see_them() -> None:
    people.places()
    papers.issue("event", event="loss", copies=3, by=CHIEF)

    assert out(home(people.signed_in("alice", "registrar"))) == "3"
    assert out(home(people.signed_in("bob", "armourer", NORTH))) == "0"


def out(page: str) -> str:
    """The number that stands over *Paper forms still out*."""
    return page.partition("Paper forms still out")[0].rpartition("<bdi>")[2].partition("</bdi>")[0]


def test_a_marking_officer_is_told_what_waits_at_the_bench() -> None:
    workshop.authority()
    made = workshop.batch(2)
    find = people.weapon("W9")
    people.event(find, event="find", date="2026-01-02", country="XA")

    page = home(people.signed_in("mara", "marking"))

    assert "2 weapons wait" in page
    assert f"/marking/orders/{made.id}/" in page
    assert page.partition("Finds not decided")[0].rpartition("<bdi>")[2].startswith("1<")
    assert "Finds not decided" not in home(people.signed_in("carl", "commander"))


def test_an_administrator_is_told_of_nodes_that_are_silent_or_have_a_problem() -> None:
    services.require_own_log()
    for name in ("depot7", "depot8", "depot9"):
        origin = f"XA/{name}/1"
        card = nodes.Card(nodes.FORMAT, origin, ForeignLog(origin).verifier_key, nodes.own_card().encryption_key)
        nodes.admit(card, by=CHIEF)
        contacts.reached(origin, 0, 0)
    contacts.failed("XA/depot8/1", "no line")
    Contact.objects.filter(origin="XA/depot9/1").update(reached="2001-01-01T00:00:00.000Z")

    page = home(people.signed_in("ada", "admin"))

    assert page.partition("Nodes silent or with a problem")[0].rpartition("<bdi>")[2].startswith("2<")


def test_who_counts_or_commands_is_told_of_counts_that_are_due() -> None:
    people.places()
    counting.set_plan(NORTH, counting.PlanFields("us-monthly", first="2026-01-01"), by=CHIEF)

    for role in ("counter", "commander"):
        page = home(people.signed_in(role, role, NORTH))
        assert page.partition("Counts due")[0].rpartition("<bdi>")[2].startswith("1<")
        assert "1 overdue" in page
    assert "Counts due" not in home(people.signed_in("arm", "armourer", NORTH))


def test_who_holds_several_roles_is_told_of_each_thing_once() -> None:
    people.places()
    counting.set_plan(NORTH, counting.PlanFields("us-monthly", first="2026-01-01"), by=CHIEF)
    accounts.add_user("both", ["armourer", "commander", "counter"], NORTH, "a-long-password", by=CHIEF)
    both = User.objects.get(username="both")

    labels = [str(card.label) for card in cards_for(both)]
    titles = [str(listing.title) for listing in lists_for(both)]

    assert labels.count("Counts due") == 1
    assert (len(labels), len(set(labels))) == (5, 5)
    assert titles.count("Overdue in the stockpile") == 1


def test_the_code_of_a_count_leads_to_it_from_anywhere() -> None:
    people.places()
    key = counting.open_count(counting.Opening(NORTH), by=CHIEF)
    answer = people.signed_in("cmd", "commander", NORTH).post("/find/", {"q": key}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/stockpile/counts/{key}/"
