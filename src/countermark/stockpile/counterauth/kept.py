"""How PINs and security keys are written: each row's digest stands in the act that wrote it."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial

from countermark.ledger import identity
from countermark.ledger.services import Actor, KeptWrite
from countermark.stockpile import acts
from countermark.stockpile.counterauth.models import Proof

TABLE = "counter_proof"
FIELDS = ("key", "party", "kind", "label", "secret", "temporary", "until")


def write(row: Proof, what: str, *, by: Actor, version: int = 0) -> None:
    """Writes a row; `what` says to the ledger what was done: `code`, `pin`, `passkey`, `removed`, `taken_over` or `told`.

    Its `version` is one more than so far, or the one given: that of the node it was taken over from.
    """
    so_far = Proof.objects.filter(key=row.key).values_list("version", flat=True).first() or 0
    row.version = version or so_far + 1
    fields = {"party": row.party, "proof": row.kind, "what": what}
    # What is only told again keeps the counts that were made meanwhile.
    save = partial(row.save, update_fields=["version"]) if what == "told" else row.save
    kept_write = KeptWrite(TABLE, row.key, digest(row), save)
    acts.append([acts.draft("stockpile_proof_set", [f"proof:{row.key}"], fields, kept=(kept_write,))], by=by)


def digest(row: Proof) -> str:
    """The digest of a row: all of it but what counts uses and failures."""
    said = {name: str(getattr(row, name)) for name in FIELDS}
    return digest_of(said if not row.version else {**said, "secret": hashed(row.secret)}, row.version)


def digest_of(said: Mapping[str, str], version: int) -> str:
    """The digest of what a row says, whose secret is given hashed: so a code that goes nowhere is proven too. Rows of before have no version."""
    return identity.digest({**said, "version": str(version)} if version else dict(said))


def hashed(secret: str) -> str:
    """SHA-256 of a secret as it is kept, in hexadecimal; empty for none."""
    return hashlib.sha256(secret.encode()).hexdigest() if secret else ""


def rows() -> Iterator[tuple[str, str]]:
    """Every row with its digest. Counts of wrong passwords prove nothing and no act writes them."""
    for row in Proof.objects.exclude(kind="password").order_by("key").iterator():
        yield row.key, digest(row)
