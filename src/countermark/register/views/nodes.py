"""The nodes this one replicates with, for the auditor: how far apart they are, when they last met, what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.ledger import checkpoint, contacts, store


@requires("ledger.view")
@require_GET
def nodes(request: HttpRequest) -> HttpResponse:
    """The nodes of this State in the directory, each with its state."""
    own = store.own_log()
    lines = [(state, checkpoint.fingerprint(state.verifier_key)) for state in contacts.states()]
    fingerprint = checkpoint.fingerprint(own.verifier_key) if own else ""
    return render(request, "register/nodes.html", {"own": own, "own_fingerprint": fingerprint, "lines": lines})
