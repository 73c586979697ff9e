"""The roster on its pages."""

import pytest
from django.test import Client

from countermark.accounts.models import User
from countermark.ledger import identity
from countermark.ledger.services import Actor
from countermark.register.checking import Refused
from countermark.stockpile import roster
from countermark.stockpile.models import Holding
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, issued
from tests.stockpile.pagekit import sent, text

pytestmark = pytest.mark.django_db


def test_a_person_is_entered_qualified_and_gets_a_card_shown_once(place: Armoury, commander: Client) -> None:
    page = sent(commander, "people/new/", place=place.depot, name="Sgt N. Ew (1003)")
    assert "PC-" in text(commander, page)
    assert "PC-" not in text(commander, page)

    home = sent(commander, page.removeprefix("/stockpile/"), training="on", training_until="2020-01-01")

    assert "ended" in text(commander, home)
    found = next(one for one in roster.at(None) if "N. Ew" in one.name)
    assert found.person.qualifications[0].until == "2020-01-01"


def test_who_signs_in_says_themselves_which_card_is_theirs(place: Armoury, commander: Client) -> None:
    with pytest.raises(Refused):
        roster.enrol("Cpl T. Rained (1001)", place=DEPOT, username="belo", by=Actor("quirino"))

    sent(commander, "people/me/", card=place.card)

    found = roster.by_user(User.objects.get(username="quirino"))
    assert found is not None
    assert found.party == place.trained
    with pytest.raises(Refused):
        roster.link(place.card, by=Actor("belo"))


def test_a_commander_takes_nobody_from_the_roster_of_another_depot(place: Armoury, commander: Client) -> None:
    stranger = people.signed_in("rui", "commander", OTHER)
    one = roster.find(place.trained)
    assert one is not None

    said = sent(stranger, "people/new/", 422, place=place.other, name=one.name)

    assert "on no other roster" in said
    assert roster.find(place.trained) == one
    roster.leave(place.trained, reason="left", by=CHIEF)
    sent(stranger, "people/new/", place=place.other, name=one.name)


def test_a_store_sees_what_a_person_holds_from_it_and_nothing_from_another(place: Armoury, commander: Client) -> None:
    issued(place, place.weapons[0])
    page = f"people/{identity.ref_of(place.trained)}/"
    assert "AB1000" in text(commander, page)
    Holding.objects.update(store=place.other)

    assert "AB1000" not in text(commander, page)
