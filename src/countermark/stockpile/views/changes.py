"""The list of what was changed of a record, as its page shows it: field, before, after, by whom, when."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from countermark.accounts.models import Place, User
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.register.services import side_texts
from countermark.register.words import label as register_label
from countermark.stockpile import changes
from countermark.stockpile.changes import Change
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views.pages import Cell, Table

Names = Mapping[str, str]


def table(user: User, kind: str, key: str) -> Table:
    """What was changed of one record, the newest first."""
    return tables(user, kind, [key])


def tables(user: User, kind: str, keys: Iterable[str]) -> Table:
    """What was changed of some records of a kind; where there are several, each line says of which."""
    found = [(key, one) for key in keys for one in changes.of(kind, key)]
    names = _names(user, [one for _key, one in found])
    several = len({key for key, _one in found}) > 1
    rows = [
        [
            Cell(when(one.time), exact=True),
            *([Cell(names.get(key, "") or _("The whole State"))] if several else []),
            Cell(stock_word(f"{kind}.{one.field}", "field")),
            *(_both(kind, one, names)),
            Cell(names.get(one.by, "")),
            Cell(names.get(one.why, "")),
        ]
        for key, one in sorted(found, key=lambda pair: pair[1].time, reverse=True)
    ]
    headers = [_("Recorded"), *([_("Where")] if several else []), _("What"), _("Before"), _("After"), _("By"), _("Why")]
    return Table(_("What was changed"), headers, rows, _("Nothing yet."), id="changes")


def _both(kind: str, one: Change, names: Names) -> tuple[Cell, Cell]:
    if one.field in changes.KEPT_BACK:
        return Cell(_("kept from you")), Cell(_("kept from you"))
    read = _READ.get(f"{kind}.{one.field}") or _READ.get(one.field) or _plain
    return Cell(read(one.old, names)), Cell(read(one.new, names))


def _names(user: User, found: Iterable[Change]) -> Names:
    """What the ids of some changes stand for: places, people, texts, and the weapons somebody may see."""
    said = {text for one in found for value in (one.by, one.why, one.old, one.new) for text in _texts(value)}
    seen = scope.of(user).narrow(Weapon.objects.filter(pk__in=[text for text in said if len(text) == _UUID]))
    return {
        **side_texts([text for text in said if text.startswith("urn:")]),
        **dict(Place.objects.values_list("pk", "name")),
        **{str(weapon.pk): weapon.serial or weapon.ref for weapon in seen},
    }


_UUID = 36


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []


def _plain(value: Any, names: Names) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        # An id that nobody may read here is not printed for its own sake.
        return names.get(value, "…" if value.startswith("urn:") or len(value) == _UUID else value)
    if isinstance(value, list):
        return ", ".join(_plain(one, names) for one in value)
    return "" if value is None else str(value)


def _coded(of: str) -> Callable[[Any, Names], str]:
    def read(value: Any, _names: Names) -> str:
        return ", ".join(stock_word(code, of) for code in (value if isinstance(value, list) else [value or ""]))

    return read


def _kinds(value: Any, _names: Names) -> str:
    return ", ".join(_(register_label(kind, "kind")) for kind in value or ())


def _qualifications(value: Any, _names: Names) -> str:
    said = [(stock_word(one.get("what", ""), "qualification"), when(one.get("until", ""))) for one in value or ()]
    return ", ".join(f"{what} {until}".strip() for what, until in said)


def _asked(value: Any, _names: Names) -> str:
    read = _coded("qualification")
    return "; ".join(
        f"{stock_word(kind, 'kind')}: {read(what, _names)}" for kind, what in sorted((value or {}).items())
    )


def _hours(value: Any, _names: Names) -> str:
    return ", ".join(f"{stock_word(kind, 'kind')}: {n}" for kind, n in sorted((value or {}).items()))


def _accessories(value: Any, names: Names) -> str:
    return ", ".join(f"{one.get('quantity')} × {_plain(one.get('what', ''), names)}" for one in value or ())


_READ: dict[str, Callable[[Any, Names], str]] = {
    "unit.form": _coded("unit"),
    "unit.weapons": _kinds,
    "policy.two_person": _coded("step"),
    "policy.requires": _asked,
    "policy.hours": _hours,
    "person.qualifications": _qualifications,
    "kit.accessories": _accessories,
    "kit.state": _coded("kit_state"),
}
