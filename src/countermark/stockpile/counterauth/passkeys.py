"""Security keys and the platform's own check (WebAuthn). The key proves that its owner is there (PIN, finger or face, on the device); what
comes back is a signature over what is signed for. A key is registered by its owner, who proves it with card and PIN or one-time code.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

# Switches the JSON form of WebAuthn on in the versions of fido2 that still ask for it.
import allauth.mfa.webauthn.internal.auth  # noqa: F401
from cryptography.exceptions import InvalidSignature
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from countermark.accounts import security_log
from countermark.ledger import entry, identity
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence
from countermark.stockpile import acts, receipts, roster
from countermark.stockpile.counterauth import features, kept, pins, rules
from countermark.stockpile.counterauth.models import Proof
from countermark.stockpile.projection import PROJECTION
from countermark.stockpile.roster import Enrolled

MOST_KEYS = 8
LONGEST = 20_000
SESSION = "stockpile_challenge"
UNREADABLE = Sentence("the answer of a security key to what was asked just now")


@dataclass(frozen=True)
class Site:
    """Where the page that asks is: `host` as in the address (with the port), over https or not; and the session of who is at it."""

    host: str
    secure: bool
    session: MutableMapping[str, Any]

    def server(self) -> Fido2Server:
        """What checks answers of keys for this address."""
        name = self.host.rpartition(":")[0] or self.host
        return Fido2Server(PublicKeyCredentialRpEntity(id=name, name="Countermark"), verify_origin=self.is_origin)

    def is_origin(self, origin: str) -> bool:
        """Whether a browser that names this origin was on this address."""
        said = urlsplit(origin)
        return said.netloc == self.host and said.scheme == ("https" if self.secure else "http")


@dataclass(frozen=True)
class Asked:
    """What somebody signs: `purpose` is `register`, `receipt` or `second`, `subject` names it, `digest` (hexadecimal) is of what it says."""

    purpose: str
    subject: str
    digest: str


# --- registering -------------------------------------------------------------------------------------------------------


def begin_registration(site: Site, card: str, secret: str) -> dict[str, Any]:
    """What the browser is to ask a new key, for who proves by PIN or one-time code that the card is theirs. Raises `Refused`."""
    one = pins.prove(card, secret, code=True)
    _require_on(one.place)
    known = _credentials(one.party)
    if len(known) >= MOST_KEYS:
        raise acts.refuse("passkey", "", "at most 8 keys of one person: remove one first", "range")
    asked = Asked("register", one.party, "")
    user = PublicKeyCredentialUserEntity(
        id=bytes.fromhex(identity.ref_of(one.party)), name=one.name, display_name=one.name
    )
    options, _state = site.server().register_begin(
        user, known, user_verification=UserVerificationRequirement.REQUIRED, challenge=_new_challenge(site, asked)
    )
    return dict(options)


def register(site: Site, answer: str, label: str, *, by: Actor) -> Enrolled:
    """Keeps the public key of a new key. Raises `Refused`."""
    asked, challenge, _nonce = _challenge(site, "register")
    one = roster.find(asked.subject)
    if one is None:
        raise acts.refuse("passkey", "", UNREADABLE, "unknown")
    _require_on(one.place)
    data = _checked(lambda: site.server().register_complete(_state(challenge), _read(answer)))
    credential = data.credential_data
    row = Proof(key=key_of(credential.credential_id), party=one.party, kind="passkey", label=label.strip()[:100])
    row.secret, row.uses = base64.b64encode(bytes(credential)).decode(), data.counter
    with acts.alone():
        if Proof.objects.filter(key=row.key).exists():
            raise acts.refuse("passkey", "", "a key that is not registered yet", "known")
        kept.write(row, "passkey", by=by)
    return one


def remove(key: str, *, by: Actor) -> None:
    """Takes a key out of use, for one that was lost; the row stays, without the public key. Raises `Refused`."""
    with acts.alone():
        row = Proof.objects.filter(key=key, kind="passkey").first()
        if row is None:
            raise acts.refuse("passkey", key, "a key somebody registered", "unknown")
        row.secret = ""
        kept.write(row, "removed", by=by)


def of(party: str) -> list[Proof]:
    """The keys somebody has in use."""
    return list(Proof.objects.filter(party=party, kind="passkey").exclude(secret="").order_by("key"))


# --- signing -----------------------------------------------------------------------------------------------------------


def begin(site: Site, asked: Asked, one: Enrolled, place: str) -> dict[str, Any]:
    """What the browser is to ask a key of somebody. Raises `Refused` where keys are off, or they have none."""
    _require_on(place)
    known = _credentials(one.party)
    if not known:
        raise acts.refuse("passkey", "", "somebody with a registered security key", "unknown")
    options, _state = site.server().authenticate_begin(
        known, UserVerificationRequirement.REQUIRED, _new_challenge(site, asked, one.party)
    )
    return dict(options)


def prove(site: Site, asked: Asked, answer: str, place: str) -> tuple[Enrolled, dict[str, str]]:
    """Who signed what is asked, and the evidence: anybody who has the public key can check it again. Raises `Refused`.

    A challenge is good once, for five minutes, for what it was made for and as that stands now.
    """
    _require_on(place)
    found, challenge, nonce = _challenge(site, asked.purpose, asked)
    one = roster.find(found.subject)
    if one is None or not one.active:
        raise acts.refuse("passkey", "", UNREADABLE, "unknown")
    response = _checked(lambda: AuthenticationResponse.from_dict(_read(answer)))
    used = _checked(lambda: site.server().authenticate_complete(_state(challenge), _credentials(one.party), response))
    _count(key_of(used.credential_id), response.response.authenticator_data.counter)
    return one, {
        "credential": key_of(used.credential_id),
        "nonce": nonce,
        "client_data": base64.b64encode(bytes(response.response.client_data)).decode(),
        "authenticator_data": base64.b64encode(bytes(response.response.authenticator_data)).decode(),
        "signature": base64.b64encode(response.response.signature).decode(),
    }


def asked_of_receipt(code: str) -> tuple[Asked, str, str]:
    """What the signer of a receipt signs, the party it is made out to, and the store. Raises `Refused`."""
    known = acts.subject("receipt", code)
    if known is None:
        raise acts.refuse("receipt", code, "the code of a receipt", "unknown")
    receipt = known.of(receipts.Receipt)
    return Asked("receipt", code, receipts.digest_of(receipt)), receipt.person, receipt.store


def sign(site: Site, code: str, answer: str, *, by: Actor) -> None:
    """Signs a receipt by who received, with a security key. Raises `Refused`."""
    asked, _person, store = asked_of_receipt(code)
    one, evidence = prove(site, asked, answer, store)
    pins.require_signer(code, one)
    receipts.sign(code, "passkey", one.party, by=by, evidence=evidence)


def still_signed(code: str) -> bool:
    """Whether the signature of a key under a receipt is over the receipt as it stands, by the key it names. Raises `Refused` where there is none.

    A key out of use has no public key here any more: what it signed is then to be checked with a backup of that time.
    """
    asked, _person, _store = asked_of_receipt(code)
    acts_ = [
        one.body for one in PROJECTION.entries_about(f"receipt:{code}") if isinstance(one.body.get("evidence"), dict)
    ]
    if not acts_:
        raise acts.refuse("receipt", code, "a receipt that was signed with a security key", "unknown")
    return any(_holds(body["evidence"], asked) for body in acts_)


def _holds(evidence: dict[str, str], asked: Asked) -> bool:
    row = Proof.objects.filter(key=evidence.get("credential", "")).exclude(secret="").first()
    if row is None:
        return False
    try:
        client = CollectedClientData(base64.b64decode(evidence["client_data"]))
        over = base64.b64decode(evidence["authenticator_data"]) + client.hash
        key = AttestedCredentialData(base64.b64decode(row.secret)).public_key
        key.verify(over, base64.b64decode(evidence["signature"]))
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return bool(
        client.challenge == rules.challenge(evidence.get("nonce", ""), asked.purpose, asked.subject, asked.digest)
    )


def _require_on(place: str) -> None:
    if not features.is_on(features.PASSKEY, place):
        raise acts.refuse(
            "passkey", "", "card and PIN: security keys are off here until the commander switches them on", "off"
        )


def _credentials(party: str) -> Sequence[AttestedCredentialData]:
    return [AttestedCredentialData(base64.b64decode(row.secret)) for row in of(party)]


def _new_challenge(site: Site, asked: Asked, party: str = "") -> bytes:
    nonce = secrets.token_hex(32)
    site.session[f"{SESSION}:{asked.purpose}"] = {
        "nonce": nonce, "at": entry.now(), "party": party or asked.subject, "subject": asked.subject, "digest": asked.digest,
    }  # fmt: skip
    return rules.challenge(nonce, asked.purpose, asked.subject, asked.digest)


def _challenge(site: Site, purpose: str, asked: Asked | None = None) -> tuple[Asked, bytes, str]:
    """Whom the last challenge was for (as `subject`), the challenge over what is asked as it stands now, and its nonce; it is used up."""
    made = site.session.pop(f"{SESSION}:{purpose}", None)
    if not made or _age(made["at"]) > rules.CHALLENGE_SECONDS:
        raise acts.refuse("passkey", "", "an answer within five minutes: ask the key again", "late")
    now = asked or Asked(purpose, made["subject"], made["digest"])
    whom, nonce = Asked(purpose, made["party"], now.digest), str(made["nonce"])
    return whom, rules.challenge(nonce, purpose, now.subject, now.digest), nonce


def _age(time: str) -> float:
    from datetime import UTC, datetime

    return (datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds()


def _state(challenge: bytes) -> dict[str, Any]:
    text = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
    return {"challenge": text, "user_verification": UserVerificationRequirement.REQUIRED}


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST:
        raise acts.refuse("passkey", "", UNREADABLE, "unknown")
    read = _checked(lambda: json.loads(answer))
    if not isinstance(read, dict):
        raise acts.refuse("passkey", "", UNREADABLE, "unknown")
    return read


def _checked(read: Callable[[], Any]) -> Any:
    """What a key answered, read; whatever is wrong with it is one refusal, and stands in the security log."""
    try:
        return read()
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        security_log.note("passkey_failed", None, why=type(error).__name__)
        raise acts.refuse("passkey", "", UNREADABLE, "wrong") from error


def _count(key: str, counter: int) -> None:
    """Notes a key's counter. One that does not go up is a copy of the key; keys that do not count say 0."""
    row = Proof.objects.get(key=key)
    if (row.uses or counter) and counter <= row.uses:
        security_log.note("passkey_cloned", None, party=row.party)
        raise acts.refuse("passkey", "", "a security key nobody has copied: tell the security officer", "cloned")
    Proof.objects.filter(key=key).update(uses=counter)


def key_of(credential_id: bytes) -> str:
    """The key of the row of a security key."""
    return f"passkey:{hashlib.sha256(credential_id).hexdigest()}"
