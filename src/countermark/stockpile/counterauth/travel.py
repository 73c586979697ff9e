"""PINs and security keys at another node of the State: whoever is known at the ministry is known at a depot.

They go, sealed, only to nodes this one was told to give them to, and are believed only from nodes it was told to believe: whoever
could write a PIN anywhere could sign as anybody everywhere. A PIN goes as its slow hash, a key as its public half; a one-time code does not go, only
that the PIN of before ended. Counts of wrong answers stay where they were made.
"""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib.auth.hashers import identify_hasher
from fido2.webauthn import AttestedCredentialData

from countermark.ledger import identity, kept, nodes, services
from countermark.ledger.services import Actor, LedgerError
from countermark.marks.sentences import Sentence
from countermark.stockpile import acts
from countermark.stockpile.counterauth import kept as proofs
from countermark.stockpile.counterauth import passkeys, pins
from countermark.stockpile.counterauth.models import Proof

Value = dict[str, Any]
GIVEN, TAKEN = "node-proofs-given:", "node-proofs-taken:"
LONGEST, MOST = 2000, 10**9
_TIME = re.compile(r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_PLAIN = ("key", "party", "kind", "label", "until")


def give(origin: str, *, by: Actor, on: bool = True) -> None:
    """PINs and keys of this node go to that one from now on; all there are, with the next exchange. Raises `LedgerError` for one not admitted."""
    _set(GIVEN, origin, on, by)
    if on:
        for row in Proof.objects.exclude(kind="password").order_by("key"):
            # What was stated before went by: said once more, it goes with the next entries.
            with acts.alone():
                proofs.write(Proof.objects.get(key=row.key), "told", by=by, version=max(row.version, 1))


def take(origin: str, *, by: Actor, on: bool = True) -> None:
    """PINs and keys that were set at that node hold here too. Raises `LedgerError` for one not admitted."""
    _set(TAKEN, origin, on, by)


def gives(origin: str) -> bool:
    """Whether PINs and keys go to a node."""
    return _is_on(GIVEN, origin)


def takes(origin: str) -> bool:
    """Whether PINs and keys of a node hold here."""
    return _is_on(TAKEN, origin)


def _set(what: str, origin: str, on: bool, by: Actor) -> None:
    if nodes.admitted(origin) is None:
        raise LedgerError(Sentence("%(origin)s is not admitted", origin=origin))
    if _is_on(what, origin) != on:
        services.set_setting(what + origin, "yes" if on else "", by=by)


def _is_on(what: str, origin: str) -> bool:
    return services.setting(what + origin) == "yes" and nodes.admitted(origin) is not None


# --- going and coming --------------------------------------------------------------------------------------------------


def _values(keys: Sequence[str]) -> Iterator[tuple[str, Value]]:
    for row in Proof.objects.filter(key__in=keys).exclude(kind="password").filter(version__gt=0):
        said: Value = {name: getattr(row, name) for name in _PLAIN} | {
            "temporary": row.temporary,
            "version": row.version,
        }
        yield row.key, said | ({"hash": proofs.hashed(row.secret)} if row.temporary else {"secret": row.secret})


def _digest(value: Value) -> str:
    said = {name: str(value[name]) for name in (*_PLAIN, "temporary")}
    secret = proofs.hashed(value["secret"]) if "secret" in value else str(value["hash"])
    return proofs.digest_of({**said, "secret": secret}, int(value["version"]))


def _merge(rows: Sequence[tuple[str, Value]], by: Actor) -> int:
    merged = 0
    for key, value in rows:
        row = _read(key, value)
        if row is None:
            continue
        with acts.alone():
            held = Proof.objects.filter(key=key).first()
            if held is not None and _order(held) >= _order(row):
                continue
            row.uses = held.uses if held else 0
            proofs.write(row, "taken_over", by=by, version=row.version)
        merged += 1
    return merged


def _order(row: Proof) -> tuple[int, bool, str]:
    """Which of two holds: the one changed more often; of two changed as often the one with a secret (a code stays where it was given out),
    then one of both, the same at every node.
    """
    return row.version, bool(row.secret), proofs.digest(row)


def _read(key: str, value: Value) -> Proof | None:
    """A row as it came; None for what is none this program could have written."""
    secret = str(value.get("secret", ""))
    texts = [value.get(name) for name in _PLAIN]
    version, temporary = value.get("version"), value.get("temporary")
    if not all(isinstance(one, str) and len(one) <= LONGEST and "\0" not in one for one in (*texts, secret)):
        return None
    if type(version) is not int or not 0 < version <= MOST or type(temporary) is not bool:
        return None
    row = Proof(
        secret="" if temporary else secret,
        temporary=temporary,
        version=version,
        **dict(zip(_PLAIN, texts, strict=True)),
    )
    check = _CHECKS.get(row.kind)
    known = row.key == key and identity.is_opaque(row.party) and _TIME.fullmatch(row.until) is not None
    return row if known and check is not None and check(row) else None


def _is_pin(row: Proof) -> bool:
    if row.key != pins.key_of(row.party):
        return False
    try:
        return not row.secret or identify_hasher(row.secret) is not None
    except ValueError:
        return False


def _is_passkey(row: Proof) -> bool:
    if not row.secret:
        return re.fullmatch(r"passkey:[0-9a-f]{64}", row.key) is not None
    try:
        credential = AttestedCredentialData(base64.b64decode(row.secret, validate=True))
        return passkeys.key_of(credential.credential_id) == row.key
    except (ValueError, TypeError, IndexError, KeyError):
        return False


_CHECKS: dict[str, Callable[[Proof], bool]] = {"pin": _is_pin, "passkey": _is_passkey}

TRAVELS = kept.Travels(_values, _digest, _merge, gives, takes)
kept.register(proofs.TABLE, proofs.rows, TRAVELS)
