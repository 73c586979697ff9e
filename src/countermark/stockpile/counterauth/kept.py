"""How PINs and security keys are written: each row's digest stands in the act that wrote it."""

from collections.abc import Iterator

from countermark.ledger import identity, kept
from countermark.ledger.services import Actor, KeptWrite
from countermark.stockpile import acts
from countermark.stockpile.counterauth.models import Proof

TABLE = "counter_proof"
FIELDS = ("key", "party", "kind", "label", "secret", "temporary", "until")


def write(row: Proof, what: str, *, by: Actor) -> None:
    """Writes a row; `what` says to the ledger what was done: `code`, `pin`, `passkey` or `removed`."""
    fields = {"party": row.party, "proof": row.kind, "what": what}
    kept_write = KeptWrite(TABLE, row.key, digest(row), row.save)
    acts.append([acts.draft("stockpile_proof_set", [f"proof:{row.key}"], fields, kept=(kept_write,))], by=by)


def digest(row: Proof) -> str:
    """The digest of a row: all of it but what counts uses and failures."""
    return identity.digest({name: str(getattr(row, name)) for name in FIELDS})


def _rows() -> Iterator[tuple[str, str]]:
    # Counts of wrong passwords prove nothing and no act writes them.
    for row in Proof.objects.exclude(kind="password").order_by("key").iterator():
        yield row.key, digest(row)


kept.register(TABLE, _rows)
