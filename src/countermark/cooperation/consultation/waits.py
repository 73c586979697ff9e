"""What of consultations waits for whom one speaks for."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countermark.cooperation import acts, queries, waiting
from countermark.cooperation.consultation import rounds
from countermark.cooperation.consultation.rounds import Round
from countermark.cooperation.queries import Viewer
from countermark.cooperation.waiting import Waits


@waiting.source
def _to_answer(who: Viewer) -> Iterator[Waits]:
    """Rounds one is asked in and has not replied to, and one's own in which replies are overdue."""
    if not who.actor:
        return
    open_rounds = queries.visible(Viewer(who.actor), "round", state="open")
    texts = acts.texts_of(open_rounds)
    replied = rounds.replied([one for one in open_rounds if queries.owner(one) == who.actor])
    own = [rounds.reply_key(one.key, who.actor) for one in open_rounds]
    answered = set(acts.rows("roundreply").filter(key__in=own).values_list("key", flat=True))
    for one in open_rounds:
        value, url = one.of(Round), reverse("cooperation:round", args=[one.key])
        title, late = texts.get(value.title, one.key), one.due < queries.today()
        if queries.owner(one) == who.actor:
            missing = len(value.partners) - replied[one.key]
            if late and missing:
                text = ngettext(
                    "%(title)s: %(count)d has not replied", "%(title)s: %(count)d have not replied", missing
                )
                yield Waits(text % {"title": title, "count": missing}, url, one.due, alarming=True)
        elif rounds.reply_key(one.key, who.actor) not in answered:
            yield Waits(_("%(title)s: your reply is asked for") % {"title": title}, url, one.due, alarming=late)
