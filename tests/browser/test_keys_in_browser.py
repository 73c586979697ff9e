"""A security key in a real browser: registered by its owner, then signing a receipt; and the same page without a key says so."""

import pytest

from countermark.accounts.models import Place
from countermark.ledger.services import Actor
from countermark.stockpile import acts, queries, receipts, roster, units
from countermark.stockpile.counterauth import features, pins
from countermark.stockpile.receipts import Counter, Receipt
from tests.browser.visitor import Visitor

BY = Actor("armourer")
PIN = "804271"
KEY = {
    "protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def depot(store: str) -> Place:
    """The depot of the demonstration's armourer, with security keys switched on."""
    place = Place.objects.get(name="Central Ordnance Depot, Oruvale")
    features.switch(features.PASSKEY, True, place=place.pk, read=True, by=BY)
    return place


def test_a_key_is_registered_by_its_owner_and_signs_a_receipt(visitor: Visitor, depot: Place) -> None:
    one = next(person for person in roster.at([depot.pk]) if person.name.startswith("Cpl"))
    card = roster.new_card(one.party, reason="lost", by=BY)
    pins.set_pin(card, pins.issue_code(one.party, by=BY), PIN, by=BY)
    weapon = queries.in_store(units.of_site(depot.pk)).filter(status="active", finding="").order_by("pk").first()
    assert weapon is not None
    code = receipts.issue(Counter(depot.pk, BY), [str(weapon.pk)], one.party, "shift")
    page = visitor.sign_in("armourer").go("/stockpile/keys/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    page.fill("#id_card", card)
    page.fill("#id_current", PIN)
    page.click("button[data-passkey=create]")
    page.wait_for_selector("text=is registered")

    page.goto(f"{visitor.site}/stockpile/receipts/{code}/")
    page.click("button[data-passkey=get]")
    page.wait_for_selector("dd:has-text('security key')")

    known = acts.subject("receipt", code)
    assert known is not None
    assert known.of(Receipt).signed == "passkey"
