"""What others do: the list of overlaps to answer, and activities taken in by hand."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import acts, queries
from countermark.cooperation.forms import listed as several
from countermark.cooperation.linedforms import by_line
from countermark.cooperation.projects import forms, others, overlaps
from countermark.cooperation.projects.others import Elsewhere
from countermark.cooperation.projects.rules.shapes import Project
from countermark.cooperation.projects.views.common import HERE, VIEW, WRITE, codes
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    known,
    listed,
    once,
    own,
    seated,
    shown,
    viewer,
)
from countermark.register.views.common import GET_OR_POST, actor, me, posted


@requires(VIEW)
@GET_OR_POST
def overlap_list(request: HttpRequest) -> HttpResponseBase:
    """Overlaps the recipient has to answer, and what was taken in of others."""
    who = viewer(request)
    waiting = overlaps.open_for(who)
    texts = acts.texts_of([one for one, _number in waiting])
    rows = [
        [
            Cell(
                texts.get(one.of(Project).title, one.key),
                reverse("cooperation:project_agreement", args=[one.key]),
                tone="alarm",
            ),
            Cell(aid_word(one.state, "stage")),
            Cell(str(number), amount=True),
        ]
        for one, number in waiting
    ]
    headers = [_("Project"), _("Stage"), _("Overlaps not answered")]
    none = _("No overlap waits for an answer of yours.")
    tables = [Table(_("Overlaps to answer"), headers, rows, none, id="overlaps"), _elsewhere(who)]
    actions = []
    if who.actor and accounts.may(me(request), WRITE):
        actions.append(Action(_("Enter what others do"), reverse("cooperation:elsewhere_add")))
    above = (reverse("cooperation:projects"), _("Projects"))
    return listed(request, Page(_("Overlaps"), HERE, tables=tables, actions=actions, above=above))


def _elsewhere(who: queries.Viewer) -> Table:
    found = queries.visible(who, "elsewhere")
    texts = acts.texts_of(found)
    rows = []
    for one in found:
        value = one.of(Elsewhere)
        rows.append(
            [
                Cell(texts.get(value.title, one.key), reverse("cooperation:elsewhere", args=[one.key])),
                Cell(", ".join(texts.get(provider, _("erased")) for provider in value.providers)),
                Cell(codes(value.themes, "theme")),
                Cell(", ".join(value.places), exact=True),
                Cell(f"{value.begin} – {value.end}", exact=True),
                Cell(aid_word(one.state, "elsewhere_stage")),
            ]
        )
    headers = [_("What others do"), _("Who"), _("Theme"), _("Place"), _("Period"), _("Stage")]
    return Table(_("What others do, as it was taken in"), headers, rows, _("Nothing was taken in yet."), id="elsewhere")


@requires(VIEW)
@require_GET
def elsewhere_page(request: HttpRequest, key: str) -> HttpResponse:
    """One activity of others."""
    found = known(request, "elsewhere", key)
    value, texts = found.of(Elsewhere), acts.texts_of([found])
    facts = [
        (_("Who does it"), Cell(", ".join(texts.get(one, _("erased")) for one in value.providers))),
        (_("Stage"), Cell(aid_word(found.state, "elsewhere_stage"))),
        (_("Themes"), Cell(codes(value.themes, "theme"))),
        (_("Places"), Cell(", ".join(value.places), exact=True)),
        (_("Period"), Cell(f"{value.begin} – {value.end}", exact=True)),
        (_("Where this is from"), Cell(texts.get(value.source, ""))),
        (_("Its identifier there"), Cell(value.reference, exact=True)),
    ]
    actions = []
    if viewer(request).may_change(found) and accounts.may(me(request), WRITE):
        actions.append(Action(_("Change"), reverse("cooperation:elsewhere_change", args=[key])))
    above = (reverse("cooperation:overlaps"), _("Overlaps"))
    return shown(request, Page(texts.get(value.title, key), HERE, facts=facts, actions=actions, above=above))


@requires(WRITE)
@GET_OR_POST
@seated
def elsewhere_add(request: HttpRequest) -> HttpResponseBase:
    """Enters what somebody else does."""
    page = Page(_("Enter what others do"), HERE, above=(reverse("cooperation:overlaps"), _("Overlaps")))
    form = forms.ElsewhereForm(posted(request), initial={"visibility": "private"})
    return asked(request, form, lambda said: _state(request, said, ""), page, _("Keep"))


@requires(WRITE)
@GET_OR_POST
def elsewhere_change(request: HttpRequest, key: str) -> HttpResponseBase:
    """Says anew what somebody else does."""
    found = own(request, "elsewhere", key)
    value, texts = found.of(Elsewhere), acts.texts_of([found])
    initial = {
        "title": texts.get(value.title, ""),
        "providers": "\n".join(texts.get(one, "") for one in value.providers),
        "stage": found.state,
        "themes": list(value.themes),
        "places": ", ".join(value.places),
        "begin": value.begin,
        "end": value.end,
        "source": texts.get(value.source, ""),
        "reference": value.reference,
        "visibility": value.visibility,
    }
    above = (reverse("cooperation:elsewhere", args=[key]), texts.get(value.title, key))
    form = forms.ElsewhereForm(posted(request), initial=initial)
    return asked(
        request, form, lambda said: _state(request, said, key), Page(_("Change"), HERE, above=above), _("Keep")
    )


def _state(request: HttpRequest, said: dict[str, Any], key: str) -> str:
    pk = others.state_elsewhere(
        said["title"],
        actor=viewer(request).actor,
        begin=said["begin"].isoformat(),
        end=said["end"].isoformat(),
        stage=said["stage"],
        themes=said["themes"],
        places=several(said["places"]),
        providers=by_line(said["providers"]),
        source=said["source"],
        reference=said["reference"],
        visibility=said["visibility"],
        key=key,
        by=actor(request),
        request=once(request),
    )
    return reverse("cooperation:elsewhere", args=[pk])
