"""The work of a project: deliverables, risks, indicators, and what came of it."""

from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as lazy

from countermark.cooperation import actors
from countermark.cooperation.projects import delivering, forms
from countermark.cooperation.projects.delivering import DueSaid, Registered, TargetSaid
from countermark.cooperation.projects.views.steps.asking import Asking, Said, Step, item_says, says


def _deliverable(asking: Asking, said: Said) -> None:
    due = DueSaid(**{**said, "due": said["due"].isoformat()})
    delivering.set_deliverable(asking.one.key, due, item=asking.item, request=asking.once, **asking.says)


def _deliverable_begun(asking: Asking) -> dict[str, Any]:
    found, said = asking.one.project.deliverables.get(asking.item), asking.one.said
    if found is None:
        return {"owner": asking.one.who.actor}
    return {
        "kind": found.kind,
        "title": said(found.title),
        "due": found.due,
        "owner": found.owner,
        "quantity": found.quantity,
        "language": found.language,
        "maintenance": said(found.maintenance),
        "fallback": said(found.fallback),
    }


def _offer_owners(form: django_forms.Form, asking: Asking) -> None:
    one = asking.one
    forms.offer(form, "owner", [(side, one.name(side)) for side in one.project.sides])


def _deliver(asking: Asking, said: Said) -> None:
    delivering.deliver(asking.one.key, asking.item, said["day"].isoformat(), note=said["words"], **asking.says)


def _accept(asking: Asking, said: Said) -> None:
    register = None
    if said.get("register"):
        which, _colon, kind = said["register"].partition(":")
        register = Registered(which, said["name"], kind, said["place"], said["serial"], said["address"], said["days"])
    day = said["day"].isoformat()
    delivering.accept(asking.one.key, asking.item, day, register=register, note=said["words"], **asking.says)


def _drop_register(form: django_forms.Form, asking: Asking) -> None:
    """What is no equipment, or of another State, goes into no register kept here."""
    found = asking.one.project.deliverables.get(asking.item)
    own = asking.one.project.recipient == actors.own_state()
    if found is not None and found.kind == "equipment" and own:
        return
    for name in ("register", "name", "place", "serial", "address", "days"):
        del form.fields[name]


def _risk(asking: Asking, said: Said) -> None:
    delivering.set_risk(
        asking.one.key,
        said["what"],
        int(said["likelihood"]),
        int(said["impact"]),
        said["answer"],
        owner=said["owner"],
        risk=asking.item,
        request=asking.once,
        **asking.says,
    )


def _risk_begun(asking: Asking) -> dict[str, Any]:
    found, said = asking.one.project.risks.get(asking.item), asking.one.said
    if found is None:
        return {}
    grades = {"likelihood": str(found.likelihood), "impact": str(found.impact)}
    return {"what": said(found.what), "answer": said(found.answer), "owner": found.owner, **grades}


def _indicator(asking: Asking, said: Said) -> None:
    target = TargetSaid(**{**said, "due": said["due"].isoformat()})
    delivering.set_indicator(asking.one.key, target, indicator=asking.item, request=asking.once, **asking.says)


def _indicator_begun(asking: Asking) -> dict[str, Any]:
    found, said = asking.one.project.indicators.get(asking.item), asking.one.said
    if found is None:
        return {}
    plain = {name: getattr(found, name) for name in ("baseline", "target", "due", "figure")}
    return {**plain, **{name: said(getattr(found, name)) for name in ("what", "unit", "source")}}


def _read(asking: Asking, said: Said) -> None:
    day = said["day"].isoformat() if said["day"] else ""
    delivering.read_indicator(
        asking.one.key, asking.item, day=day, value=said["value"], source=said["source"], **asking.says
    )


_DELIVERABLE = Step(
    lazy("Deliverable"), lazy("Keep"), forms.DeliverableForm, _deliverable, _deliverable_begun, _offer_owners, "work"
)
_RISK = Step(lazy("Risk"), lazy("Keep"), forms.RiskForm, _risk, _risk_begun, _offer_owners, "work")
_INDICATOR = Step(lazy("Indicator"), lazy("Keep"), forms.IndicatorForm, _indicator, _indicator_begun, to="work")

STEPS: dict[str, Step] = {
    "deliverable": _DELIVERABLE,
    "risk": _RISK,
    "indicator": _INDICATOR,
    "evaluate": Step(lazy("Say what came of it"), lazy("Keep"), forms.WordsForm, says(delivering.evaluate, "words")),
}

ITEM_STEPS: dict[str, Step] = {
    "deliverable": Step(
        lazy("Deliverable"), lazy("Keep"), forms.DeliverableForm, _deliverable, _deliverable_begun, _offer_owners, "item"
    ),
    "risk": _RISK,
    "indicator": _INDICATOR,
    "deliver": Step(lazy("It was delivered"), lazy("Keep"), forms.DeliveredForm, _deliver, to="item"),
    "accept": Step(
        lazy("Accept it"), lazy("Accept"), forms.AcceptEquipmentForm, _accept, prepare=_drop_register, to="item"
    ),
    "not_accept": Step(
        lazy("Do not accept it"), lazy("Keep"), forms.WordsForm, item_says(delivering.refuse_delivery), to="item"
    ),
    "drop": Step(lazy("Do without it"), lazy("Keep"), forms.WordsForm, item_says(delivering.drop), to="item"),
    "read": Step(lazy("Enter a value"), lazy("Keep"), forms.ReadingForm, _read, to="item"),
}  # fmt: skip
