"""Signing a receipt with card and PIN, for a device at the counter that has no browser."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from countermark.accounts.services import actor
from countermark.stockpile import acts, queries
from countermark.stockpile.counterauth import pins
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import WRITE, not_found
from countermark.web.api.stockpile.custody import HANDLE, ReceiptCode
from countermark.web.api.texts import Short, Strict

router = Router(tags=["stockpile"])


class CardAndPin(Strict):
    """The card of who received (or brought back), and their PIN."""

    card: Short
    pin: Short


class ReceiptSigned(Schema):
    """The receipt, and how it is signed."""

    receipt: str
    signed: str


@router.post("/stockpile/receipts/{code}/sign", response={200: ReceiptSigned, **WRITE}, auth=Token(HANDLE))
def sign_receipt(request: HttpRequest, code: ReceiptCode, given: CardAndPin) -> dict[str, Any]:
    """Signs a receipt with card and PIN; after five wrong PINs in a row the PIN is locked. Permission: `stock.handle` at the store."""
    user = person(request)
    known = acts.subject("receipt", code)
    places = queries.visible(user, HANDLE)
    if known is None or (places is not None and known.place not in places):
        raise not_found("receipt")
    pins.sign(code, given.card, given.pin, by=actor(user))
    return {"receipt": code, "signed": "pin"}
