"""Reads of assessments: how sites stand, how that changed, and what is late."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from countermark.accounts.models import Place
from countermark.register.services import side_texts
from countermark.stockpile import acts
from countermark.stockpile.assessment import rules
from countermark.stockpile.assessment.elements import ITEMS
from countermark.stockpile.assessment.services import Assessment, Correction, of
from countermark.stockpile.states import Subject

Places = Iterable[str] | None


@dataclass(frozen=True)
class SiteLine:
    """A site: its last assessment (None: never), the one before, open actions, and how many of them are late."""

    place: Place
    last: Subject | None
    before: Subject | None
    open: int
    late: int

    @property
    def value(self) -> Assessment | None:
        """What the last one says."""
        return of(self.last) if self.last else None

    @property
    def overall(self) -> int | None:
        """The score of its weakest element."""
        return rules.overall(self.value.scores) if self.value else None

    @property
    def trend(self) -> int | None:
        """By how much that changed since the one before; None where there is none, or it was by another list of questions."""
        if self.last is None or self.before is None or of(self.last).version != of(self.before).version:
            return None
        now, then = self.overall, rules.overall(of(self.before).scores)
        return None if now is None or then is None else now - then

    @property
    def overdue(self) -> bool:
        """Whether the next assessment is late; a site that never was assessed is."""
        return self.last is None or self.last.due < today()


def today() -> str:
    """This day, ISO."""
    return timezone.localdate().isoformat()


def sites(places: Places) -> list[SiteLine]:
    """Every site somebody may see, what is late first."""
    keys = [row.key for row in acts.rows("unit").filter(value__form="site") if places is None or row.key in set(places)]
    by_site: dict[str, list[Subject]] = {}
    for one in acts.subjects("assessment"):
        by_site.setdefault(one.place, []).append(one)
    actions = open_corrections(keys)
    found = []
    for place in Place.objects.filter(pk__in=keys).order_by("name"):
        done = sorted(by_site.get(place.pk, []), key=lambda one: of(one).day)
        mine = [one for one in actions if one.place == place.pk]
        late = sum(one.due < today() for one in mine)
        last, before = (done[-1] if done else None), (done[-2] if len(done) > 1 else None)
        found.append(SiteLine(place, last, before, len(mine), late))
    return sorted(found, key=lambda line: (not line.overdue, not line.late, line.place.name))


def history(site: str) -> list[Subject]:
    """Every assessment of a site, the newest first."""
    return sorted(acts.subjects("assessment", place=site), key=lambda one: of(one).day, reverse=True)


def open_corrections(places: Places) -> list[Subject]:
    """What is still to be put right, the longest overdue first."""
    wanted = None if places is None else set(places)
    found = [one for one in acts.subjects("correction", state="open") if wanted is None or one.place in wanted]
    return sorted(found, key=lambda one: (one.due, one.key))


def corrections_of(key: str) -> list[Subject]:
    """Every action an assessment led to."""
    return sorted(acts.subjects("correction", parent=f"assessment:{key}"), key=lambda one: (one.state, one.due))


def texts_of(found: Iterable[Subject]) -> dict[str, str]:
    """What side texts say of some actions: owners and notes."""
    some = list(found)
    values = [one.of(Correction) for one in some]
    return side_texts([urn for value in values for urn in (value.what, value.how)] + [one.person for one in some])


def what(value: Correction, texts: dict[str, str]) -> str:
    """What is to be put right, in words (of the source language for a question)."""
    item = ITEMS.get(value.item)
    return item.text if item else texts.get(value.what, "")
