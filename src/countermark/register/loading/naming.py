"""What names a load: the digest of its file, and the act that ends it."""

import hashlib
from pathlib import Path

from countermark.ledger import services
from countermark.ledger.entry import event_id_of
from countermark.ledger.reasons import FIELD
from countermark.ledger.services import Draft
from countermark.register.loading.options import Options
from countermark.register.services import own_source


def load_act(kind: str, digest: str, options: Options) -> Draft:
    """The act of a completed load: its id is made from the file's digest and the options."""
    fields = {
        "kind": kind,
        "file": f"sha256:{digest}",
        "source": options.source or own_source(),
        "on_error": options.on_error,
        "correct": bool(options.correct),
        **({"untyped": True} if options.untyped else {}),
    }
    why = options.why()
    if why is None:
        return services.act("load", fields)
    return services.act("load", {**fields, FIELD: why.code}, note=why.words)


def load_id(done_act: Draft) -> str:
    """What names a load in its entries (`recorded.load`): 16 hexadecimal digits of its act's eventID."""
    return event_id_of(done_act.kind, done_act.body).removeprefix("ni:///sha-256;")[:16]


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
