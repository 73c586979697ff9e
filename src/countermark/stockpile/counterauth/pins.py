"""Card and PIN. The commander gives a one-time code; the person sets the PIN with it; nobody else ever knows the PIN.

Only the hash of a PIN is kept (argon2). It goes to another node only where both were told so (`travel`).
"""

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password

from countermark.ledger import entry, identity
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence
from countermark.stockpile import acts, receipts, roster
from countermark.stockpile.counterauth import kept, rules, tries
from countermark.stockpile.counterauth.models import Proof
from countermark.stockpile.receipts import Receipt
from countermark.stockpile.roster import Enrolled

WRONG = Sentence("a card in use and its PIN")


def issue_code(party: str, *, by: Actor) -> str:
    """Resets somebody's PIN: a one-time code of 8 digits, good for a day, with which they set their own. Returns it. Raises `Refused`."""
    one = _known(party)
    code = "".join(secrets.choice("0123456789") for _ in range(rules.CODE_DIGITS))
    with acts.alone():
        row = Proof(key=key_of(one.party), party=one.party, kind="pin", secret=make_password(code), temporary=True)
        row.until = tries.later(timedelta(hours=rules.CODE_HOURS))
        kept.write(row, "code", by=by)
    return code


def set_pin(card: str, current: str, pin: str, *, by: Actor) -> Enrolled:
    """Sets the PIN of whose card it is, who proves it by the one-time code or the PIN so far. Raises `Refused`."""
    one = prove(card, current, code=True)
    problem = rules.pin_problem(pin)
    if problem is not None:
        raise acts.refuse("pin", "", problem, "unusable")
    if pin == current:
        raise acts.refuse("pin", "", "another PIN than so far", "unusable")
    with acts.alone():
        row = Proof(key=key_of(one.party), party=one.party, kind="pin", secret=make_password(pin))
        kept.write(row, "pin", by=by)
    return one


def prove(card: str, pin: str, *, code: bool = False) -> Enrolled:
    """Whose card it is, if the PIN is theirs; with `code` the one-time code will do. Raises `Refused`, with one answer for an unknown card, no
    PIN and a wrong one; after 5 wrong ones in a row the PIN is locked for a quarter of an hour, after 15 until a new code is given.
    No answer at all is no guess and does not count: a scanner sends a form with the return after a card.
    """
    if not pin:
        raise acts.refuse("pin", "", "the PIN, after the card", "missing")
    one = roster.by_card(card)
    row = Proof.objects.filter(key=key_of(one.party), kind="pin").first() if one else None
    if one is None or row is None or not row.secret:
        make_password(pin)  # takes as long as with a PIN there is
        raise acts.refuse("pin", "", WRONG, "wrong")
    _require_unlocked(row)
    if not tries.count(row):
        raise acts.refuse("pin", "", WRONG, "wrong")
    if not check_password(pin, row.secret) or not _usable(row, code):
        tries.failed(row, "pin", party=row.party)
        raise acts.refuse("pin", "", WRONG, "wrong")
    tries.right(row)
    return one


def sign(code: str, card: str, pin: str, *, by: Actor) -> None:
    """Signs a receipt by who received (or brought back), with card and PIN. Raises `Refused`."""
    one = prove(card, pin)
    require_signer(code, one)
    receipts.sign(code, "pin", one.party, by=by)


def require_signer(code: str, one: Enrolled) -> Receipt:
    """The receipt, if it is for this person to sign. Raises `Refused`."""
    known = acts.subject("receipt", code)
    if known is None:
        raise acts.refuse("receipt", code, "the code of a receipt", "unknown")
    receipt = known.of(Receipt)
    if receipt.person and receipt.person != one.party:
        raise acts.refuse("card", "", "the card of who the receipt is made out to", "another_person")
    return receipt


def has_pin(party: str) -> bool:
    """Whether somebody has set a PIN here."""
    return Proof.objects.filter(key=key_of(party), temporary=False).exclude(secret="").exists()


def _known(party: str) -> Enrolled:
    one = roster.find(party)
    if one is None or not one.active:
        raise acts.refuse("person", party, "somebody on the roster with a card in use", "unknown")
    return one


def _usable(row: Proof, code: bool) -> bool:
    return not row.temporary or (code and entry.now() < row.until)


def _require_unlocked(row: Proof) -> None:
    if rules.blocked(row.failures):
        raise acts.refuse("pin", "", "a new one-time code from the commander: there were too many wrong PINs", "locked")
    tries.require_open(row, "pin")


def key_of(party: str) -> str:
    """The key of somebody's row."""
    return f"pin:{identity.ref_of(party)}"
