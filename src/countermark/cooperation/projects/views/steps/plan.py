"""The plan of a project: what it says, who sees it, who decides; and asking for the next gate."""

from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.accounts.models import User
from countermark.cooperation import finding, queries
from countermark.cooperation.forms import listed as several
from countermark.cooperation.linedforms import by_line
from countermark.cooperation.needs import Need
from countermark.cooperation.projects import forms, services
from countermark.cooperation.projects.views.common import sorted_names
from countermark.cooperation.projects.views.steps.asking import Asking, Said, Step, says


def _describe(asking: Asking, said: Said) -> None:
    services.describe(
        asking.one.key,
        services.Said(
            title=said["title"],
            currency=asking.one.project.currency,
            begin=said["begin"].isoformat(),
            end=said["end"].isoformat(),
            needs=said["needs"],
            themes=said["themes"],
            places=several(said["places"]),
            sites=by_line(said["sites"]),
            languages=several(said["languages"]),
            aims=said["aims"],
            oda=said["oda"],
        ),
        **asking.says,
    )


def _described(asking: Asking) -> dict[str, Any]:
    one, value = asking.one, asking.one.project
    return {
        "title": one.title,
        "aims": one.said(value.aims),
        "needs": list(value.needs),
        "themes": list(value.themes),
        "places": ", ".join(value.places),
        "sites": "\n".join(one.said(site) for site in value.sites),
        "languages": ", ".join(value.languages),
        "begin": value.begin,
        "end": value.end,
        "oda": value.oda,
    }


def _offer_needs(form: django_forms.Form, asking: Asking) -> None:
    """The needs of the recipient that one may see, and those that stand there already."""
    one = asking.one
    seen = queries.visible(one.who, "need", parent=f"actor:{one.project.recipient}")
    titles = finding.titles([(need, need.of(Need)) for need in seen])
    named = {key: titles.get(key, _("a need you may not see")) for key in (*titles, *one.project.needs)}
    forms.offer(form, "needs", named.items())


def _share(asking: Asking, said: Said) -> None:
    services.share(asking.one.key, said["visibility"], said["partners"], said["hint"], **asking.says)


def _shared(asking: Asking) -> dict[str, Any]:
    value = asking.one.project
    others = [one for one in value.partners if one not in value.providers]
    return {"visibility": value.visibility, "partners": others, "hint": value.hint}


def _offer_partners(form: django_forms.Form, asking: Asking) -> None:
    sides = asking.one.project.sides
    forms.offer(form, "partners", [(key, name) for key, name in sorted_names() if key not in sides])


def _offer_authorities(form: django_forms.Form, asking: Asking) -> None:
    field_of = form.fields["user"]
    assert isinstance(field_of, django_forms.ModelChoiceField)  # noqa: S101 - declared so
    people = services.candidates(asking.one.project.recipient) if asking.one.owns else []
    field_of.queryset = User.objects.filter(pk__in=[one.pk for one in people])


STEPS: dict[str, Step] = {
    "describe": Step(
        lazy("Describe the project"),
        lazy("Keep"),
        forms.DescribeForm,
        _describe,
        _described,
        _offer_needs,
        whole=True,
        note=lazy("Signatures under the terms, and the look for overlaps, were about what stood there before: they are due anew."),
    ),
    "share": Step(lazy("Who sees it"), lazy("Keep"), forms.ShareForm, _share, _shared, _offer_partners, whole=True),
    "authority": Step(
        lazy("Name the authority"),
        lazy("Name"),
        forms.AuthorityForm,
        lambda asking, said: services.name_authority(asking.one.key, said["user"], **asking.says),
        prepare=_offer_authorities,
        note=lazy(
            "Nobody else passes the gates of this project. To choose from are those who speak for the recipient and hold the duty of national authority."
        ),
    ),
    "ask": Step(
        lazy("Ask for the gate"), lazy("Ask"), forms.MaybeWordsForm, says(services.ask_gate, "words"),
        note=lazy("Whoever asks does not pass it: the authority of the recipient does."),
    ),
}  # fmt: skip
