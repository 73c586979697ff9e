"""Requests sent twice: what an `Idempotency-Key` did is done once and answered again."""

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from ninja import Header

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.ledger import services
from countermark.web.api.problems import Fault, Problem

HEADER = "Idempotency-Key"
_PREFIX = "once:"

RequestKey = Annotated[str, Header(alias=HEADER, max_length=200)]
"""A key of the sender's own choice, one for each request."""


def once_key(user: User, key: str) -> str:
    """The key of a request, of this sender alone; empty without one."""
    return f"{user.pk}:{key}" if key else ""


def once(request: HttpRequest, user: User, key: str, do: Callable[[], str]) -> tuple[str, bool]:
    """What `do` made (an id), and whether it was made now. Raises `Problem` for a key that came with another request.

    `do` and the note of its key are one transaction: either both are kept or none. Without a key it is simply done.
    """
    if not key:
        return do(), True
    name = f"{_PREFIX}{_digest(user.username, key)[:32]}"
    said = _digest(request.method or "", request.get_full_path(), *_said(request))
    with services.alone():
        if known := services.setting(name):
            return _again(known, said), False
        made = do()
        services.set_setting(name, json.dumps({"said": said, "made": made}), by=actor(user))
    return made, True


def _again(known: str, said: str) -> str:
    before = json.loads(known)
    if before["said"] != said:
        fault = Fault(column=HEADER, value="", expected="a key of its own for each request", code="differs")
        raise Problem(409, "this key came with another request before", fault)
    return str(before["made"])


def _said(request: HttpRequest) -> list[str]:
    """What a request says: its body, or the fields and files of a form."""
    if (request.content_type or "").startswith("application/json"):
        return [request.body.decode("utf-8", "replace")]
    fields = [f"{name}={value}" for name, values in sorted(request.POST.lists()) for value in values]
    files = [file for _name, found in sorted(request.FILES.lists()) for file in found]
    return [*fields, *map(_of_file, files)]


def _of_file(file: "UploadedFile[Any]") -> str:
    read = hashlib.sha256()
    for chunk in file.chunks():
        read.update(chunk)
    file.seek(0)
    return read.hexdigest()


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode("utf-8", "replace")).hexdigest()
