"""Lists for destruction on their pages."""

import pytest
from django.test import Client

from countermark.stockpile import acts
from countermark.stockpile.disposal import services as disposal
from tests.register import people
from tests.stockpile.armoury import DEPOT, Armoury, state
from tests.stockpile.pagekit import sent, text

pytestmark = pytest.mark.django_db

SERIALS = "AB1000\nAB1001"


def test_weapons_are_listed_authorised_read_by_two_and_destroyed(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    other = people.signed_in("helda", "armourer", DEPOT)
    page = sent(
        armourer, "disposal/lists/new/", place=place.depot, weapons=SERIALS, authority="order 12", method="burial",
        witness="Observer of the court", evidence="none is evidence",
    )  # fmt: skip
    step = page.removeprefix("/stockpile/")
    (proposal,) = acts.subjects("proposal", state="pending")
    sent(commander, f"proposals/{proposal.key}/decide/", decision="approve")
    for reader in (armourer, other):
        for serial in SERIALS.split():
            sent(reader, f"{step}read/", weapon=serial, serial=serial)

    sent(armourer, f"{step}destroy/", 422, weapons=SERIALS, confirmed=3)
    sent(armourer, f"{step}destroy/", weapons=SERIALS, confirmed=2)
    sent(armourer, f"{step}close/", residue="melted down")

    assert {state(weapon).status for weapon in place.weapons[:2]} == {"destroyed"}
    assert disposal.balance_of(step.rstrip("/").rpartition("/")[2]).even


def test_a_list_that_was_declined_is_corrected_on_its_page_and_asked_for_again(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    page = sent(
        armourer, "disposal/lists/new/", place=place.depot, weapons=SERIALS, authority="order 12", method="burial",
        witness="Observer of the court", evidence="none is evidence",
    )  # fmt: skip
    (proposal,) = acts.subjects("proposal", state="pending")
    sent(
        commander,
        f"proposals/{proposal.key}/decide/",
        decision="decline",
        reason="not_allowed",
        words="burial is not enough",
    )
    assert "correct/" in text(armourer, page)
    form = text(armourer, f"{page}correct/")
    assert all(said in form for said in ("burial is not enough", "AB1001", "Observer of the court"))

    step = page.removeprefix("/stockpile/")
    for _ in range(2):
        sent(
            armourer, f"{step}correct/", weapons="AB1000", authority="order 12", method="cutting_or_shredding",
            witness="Observer of the court", evidence="none is evidence", once="k1",
        )  # fmt: skip

    (again,) = acts.subjects("proposal", state="pending")
    assert "Correct and ask again" not in text(armourer, page)
    sent(commander, f"proposals/{again.key}/decide/", decision="approve")
    balance = disposal.balance_of(step.rstrip("/").rpartition("/")[2])
    assert (balance.planned, balance.withdrawn, balance.open) == (2, 1, 1)
