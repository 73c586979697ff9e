"""What the field in the header knows, in the order in which it is asked: an id, the code of a paper form or of a message on
paper, a scanned code or tag, a paper of the stockpile, a record number, a serial, a reading. Records that were joined are one weapon.

What is typed may be a name, so only what the register knows, or what looks like a mark, goes into the address it leads to.
"""

import uuid

from countermark.accounts.models import User
from countermark.marks.text import canonical
from countermark.register import papers
from countermark.register.models import Mark, Weapon
from countermark.register.queries import scope
from countermark.stockpile import codes
from countermark.stockpile import queries as stockpile
from countermark.stockpile.codes import proofs
from countermark.stockpile.scanning import leads
from countermark.stockpile.scanning import queries as scanning
from countermark.tracing.papers import references
from countermark.web.find import finder
from countermark.web.navigation import url


def _by_id(user: User, text: str) -> str | None:
    try:
        wanted = uuid.UUID(text.removeprefix("urn:uuid:"))
    except ValueError:
        return None
    found = scanning.surviving(scope.of(user).narrow(Weapon.objects.filter(id=wanted)))
    return url("register:weapon", found[0]) if found else None


def _by_form(user: User, text: str) -> str | None:
    form = papers.find(text)
    return url("register:paper_key", form.code) if form else None


def _by_reference(user: User, text: str) -> str | None:
    """What the code on a message on paper says."""
    conversation = references.request_of(text)
    return url("tracing:request", conversation) if conversation else None


def _by_scan(user: User, text: str) -> str | None:
    """A code of ours, a GS1 code or a tag: the weapon it is on."""
    meaning = codes.scan(text)
    if meaning.kind not in scanning.OF_WEAPONS - {"serial"}:
        return None
    found = scanning.surviving(scanning.look(text, scope.of(user)).weapons)
    return url("register:weapon", found[0]) if len(found) == 1 else None


def _by_paper(user: User, text: str) -> str | None:
    """A code of the stockpile that is on no weapon; of a receipt, a count or a paper the page itself says whether this person may see it."""
    meaning = codes.scan(text)
    if meaning.kind in ("kit", "place", "person"):
        return leads.page_of(user, meaning) or None
    if meaning.kind == "receipt" and text.startswith(proofs.PREFIX):
        return url("stockpile:receipt_check", proof=text)
    if meaning.kind == "receipt":
        return url("stockpile:receipt", meaning.value)
    if meaning.kind == "count":
        return url("stockpile:count", meaning.value)
    page = _PAPERS.get(meaning.kind)
    return url(page[0], stockpile.key_of(page[1], meaning.value)) if page else None


_PAPERS = {
    "manifest": ("stockpile:shipment", "shipment"),
    "destruction": ("stockpile:destruction", "destruction"),
}


def _by_ref(user: User, text: str) -> str | None:
    found = scanning.surviving(scope.of(user).narrow(Weapon.objects.filter(ref=text))[: scanning.MOST])
    if len(found) == 1:
        return url("register:weapon", found[0])
    return url("register:weapons", ref=text) if found else None


def _as_reading(user: User, text: str) -> str | None:
    if not _like_a_mark(text):
        return None
    return url("tracing:trace", reading=text) or None


def _like_a_mark(text: str) -> bool:
    """Whether a text has what names have not: a digit, or a sign for what could not be read.

    What a reading is traced by stands in an address, where no name may stand. Marks of letters alone are traced from the
    trace page, or by saying so on the page that found nothing.
    """
    return any(char.isdigit() or char in "?*★" for char in text)


def _by_serial(user: User, text: str) -> str | None:
    """The weapons that carry exactly this mark: for those who may not trace, and for marks of letters alone."""
    form = canonical(text)
    marks = Mark.objects.filter(canonical=form).exclude(canonical="") if form else Mark.objects.none()
    seen = scope.of(user).narrow(marks, "weapon__").values_list("weapon_id", flat=True).distinct()[: scanning.MOST]
    found = scanning.surviving(Weapon.objects.filter(id__in=list(seen)))
    if len(found) == 1:
        return url("register:weapon", found[0])
    return url("register:weapons", serial=text) if found else None


def fill() -> None:
    """Teaches the field in the header; called once, when the program starts."""
    finder("weapon.view", _by_id)
    finder("event.add", _by_form)
    finder("request.view", _by_reference)
    finder("weapon.view", _by_scan)
    finder("stock.view", _by_paper)
    finder("weapon.view", _by_ref)
    finder("trace", _as_reading)
    finder("weapon.view", _by_serial)
