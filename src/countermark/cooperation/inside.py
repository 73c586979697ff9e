"""Conditions on what a value of a subject holds, asked of the database, the same on SQLite and PostgreSQL."""

from typing import Any, ClassVar

from django.db.models import BooleanField, CharField, F, Func, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Collate

from countermark.ledger import database


class _Holds(Func):
    """SQLite's answer; `path` and `field` are names of this program's own code, never input."""

    template = "EXISTS(SELECT 1 FROM json_each(%(expressions)s)"
    output_field: ClassVar[Any] = BooleanField()


def holds(path: str, text: str, *, field: str = "") -> Q:
    """Whether the list `path` of a value holds a text; with `field`, an object whose field it is."""
    if database.is_postgresql():
        return Q(value__contains={path: [{field: text} if field else text]})
    one = f"json_extract(one.value, '$.{field}')" if field else "one.value"
    return Q(_Holds(F("value"), Value(text), arg_joiner=f", '$.{path}') AS one WHERE {one} = "))


def empty(path: str) -> Q:
    """Whether the list `path` of a value is empty or left out."""
    return Q(**{f"value__{path}__isnull": True}) | Q(**{f"value__{path}": []})


def text_of(path: str) -> Combinable:
    """A text of a value, to be compared and ordered by the numbers of its characters, whatever the store's language."""
    found = KeyTextTransform(path, "value", output_field=CharField())
    return Collate(found, "C" if database.is_postgresql() else "BINARY")
