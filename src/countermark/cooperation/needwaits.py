"""Which needs wait for whom one speaks for: drafts, running costs nobody pays."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.cooperation import acts, finding, needs, waiting
from countermark.cooperation.needs import Need
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money, ownership
from countermark.cooperation.waiting import Waits


@waiting.source
def _own_needs(who: Viewer) -> Iterator[Waits]:
    """Drafts, needs whose running costs nobody pays yet, and needs whose time is over, of whom one speaks for."""
    if not who.actor:
        return
    mine = [(one, one.of(Need)) for one in acts.subjects("need", parent=f"actor:{who.actor}")]
    current = [(one, need) for one, need in mine if one.state in ("draft", *needs.OPEN)]
    titles = finding.titles(current)
    for one, need in current:
        url, title = reverse("cooperation:need", args=[one.key]), titles[one.key]
        if one.state == "draft":
            yield Waits(_("%(title)s: a draft") % {"title": title}, url)
        elif unpaid := ownership.unpaid(need.yearly):
            said = {"title": title, "amount": money.shown(unpaid, need.currency)}
            yield Waits(_("%(title)s: nobody pays %(amount)s a year yet") % said, url, need.end, alarming=True)
