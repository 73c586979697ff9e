"""Views of cooperation, folded from its acts (`states.py`)."""

from countermark.cooperation.fund.models import Posting
from countermark.ledger.models import ActLinkColumns, SubjectColumns

__all__ = ["ActLink", "Posting", "SubjectRow"]


class ActLink(ActLinkColumns):
    """View: which acts are about which subject (`need:<id>`, `offer:<id>`, `project:<id>` ...)."""


class SubjectRow(SubjectColumns):
    """View: what the acts about one subject come to. `parent` is the actor, `actor:<key>`, whose record it is."""
