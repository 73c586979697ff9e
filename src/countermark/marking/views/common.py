"""What the pages of this room share: the batch or weapon asked for, places, and how a refusal is told."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.accounts.models import Place, User
from countermark.ledger.models import Attachment
from countermark.marking import queries
from countermark.marking.forms import FILES_AT_MOST_BYTES
from countermark.marking.states import Batch, Item
from countermark.register import documents
from countermark.register.checking import Refused
from countermark.register.queries import records, scope
from countermark.register.rules import WeaponState
from countermark.register.views.common import sentence

__all__ = [
    "attached", "batch_or_404", "document", "item_or_404", "owned", "places", "refusal", "show_refused", "too_large", "weapon_or_404",
]  # fmt: skip


def batch_or_404(user: User, batch_id: Any, permission: str = "marking.view") -> Batch:
    """The batch where the person holds the permission; the same 404 for *not yours* and *absent*."""
    found = queries.visible_batch(user, str(batch_id), permission)
    if found is None:
        raise Http404(_("There is no such work order among those you may see."))
    return found


def item_or_404(user: User, item_id: Any, permission: str = "marking.view") -> Item:
    """The weapon of a batch where the person holds the permission."""
    found = queries.visible_item(user, str(item_id), permission)
    if found is None:
        raise Http404(_("There is no such work order among those you may see."))
    return found


def weapon_or_404(user: User, weapon_id: Any, permission: str = "marking.view") -> WeaponState:
    """The weapon of the register where the person holds the permission."""
    record = records.record(str(weapon_id))
    if record is None or not scope.of(user, permission).sees(record.state):
        raise Http404(_("There is no such weapon among those you may see."))
    return record.state


def places(user: User, permission: str) -> list[tuple[str, str]]:
    """The places at which a person holds a permission, as choices; none chosen is for those who hold it everywhere."""
    visible = accounts.visible_place_ids(user, permission)
    rows = Place.objects.order_by("name") if visible is None else Place.objects.filter(id__in=visible).order_by("name")
    found = [(str(place.pk), place.name) for place in rows]
    return [("", _("the whole State")), *found] if visible is None else found


def owned(user: User, permission: str, place: str) -> bool:
    """Whether a person holds a permission at a place; at none for those who hold it everywhere."""
    return accounts.may_at(user, permission, place or None)


def show_refused(form: forms.Form, refused: Refused) -> None:
    """Puts each reason beside the field it is about, the rest above the form."""
    for error in refused.errors:
        form.add_error(error.column if error.column in form.fields else None, sentence(error))


def refusal(refused: Refused) -> str:
    """A refusal in one sentence."""
    return " ".join(sentence(error) for error in refused.errors)


def too_large(files: "Sequence[UploadedFile[Any]]") -> str:
    """What to tell of files that are too large together; empty where they are not."""
    if sum(file.size or 0 for file in files) <= FILES_AT_MOST_BYTES:
        return ""
    return _("These are too large together; %(most)d MB at most.") % {"most": FILES_AT_MOST_BYTES >> 20}


def document(digest: str, among: Collection[str]) -> HttpResponse:
    """A document by its digest, if it is one of those; pictures are shown, the rest is saved. Raises Http404."""
    row = Attachment.objects.filter(digest=digest).first() if digest in among else None
    if row is None or not row.data:
        raise Http404(_("There is no such document."))
    if row.media_type.startswith("image/"):
        return HttpResponse(bytes(row.data), content_type=row.media_type)
    ending = "pdf" if row.media_type == documents.PDF else "bin"
    return attached(bytes(row.data), row.media_type, f"{digest[:12]}.{ending}")


def attached(content: str | bytes, media_type: str, name: str) -> HttpResponse:
    """A file to be saved."""
    data = content.encode() if isinstance(content, str) else content
    return HttpResponse(
        data, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
