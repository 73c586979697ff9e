"""Tags on weapons: which, put on, taken off; and what readers found odd."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.stockpile.readers import queries as seen
from countermark.stockpile.tags import queries, services
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import READ, WRITE, not_found
from countermark.web.api.texts import Short, Strict, Word

router = Router(tags=["stockpile"])


class TagLine(Schema):
    """A tag on a weapon; `twice` says that it is on another weapon as well, which two depots did not know of each other."""

    tag: str
    tid: str
    since: str
    weapon_id: UUID
    twice: bool


class WhichTags(Strict):
    """Of one weapon, of one tag, or only those on two weapons."""

    weapon_id: UUID | None = None
    tag: Short = ""
    twice: bool = False


class TagToBind(Strict):
    """A tag (an EPC in hexadecimal, or `ble:` and the number of a beacon) to put on a weapon; `tid` is its chip's number."""

    weapon_id: UUID
    tag: Short
    tid: Short = ""
    note: Word = ""


class TagToUnbind(Strict):
    """A tag to take off; `weapon_id` says of which weapon, where it is on two."""

    tag: Short
    weapon_id: UUID | None = None
    note: Word = ""


class ChangedTag(Schema):
    """What became of it; `new` is false where it stood so already."""

    weapon_id: UUID
    tag: str
    event_id: str
    new: bool


class AlarmLine(Schema):
    """Reads that contradict what the register says; times are RFC 3339."""

    id: str
    kind: str
    tag: str
    weapon_id: UUID
    since: str
    due: str
    state: str


class WhichAlarms(Strict):
    """Those that stand open, or those somebody has looked into."""

    closed: bool = False


@router.get("/stockpile/tags", response={200: list[TagLine], **READ}, auth=Token("stock.view"))
def listing(request: HttpRequest, asked: Query[WhichTags]) -> list[dict[str, Any]]:
    """Tags on weapons, at most 500. Permission: `stock.view`; weapons at places one may not see are left out."""
    found = queries.bound(
        scope.of(person(request), "stock.view"),
        weapon_id=str(asked.weapon_id or ""),
        tag=services.tag_text(asked.tag) if asked.tag else "",
        twice=asked.twice,
    )
    return [
        {"tag": one.tag, "tid": one.tid, "since": one.since, "weapon_id": one.weapon.id, "twice": one.twice}
        for one in found
    ]


@router.post("/stockpile/tags", response={200: ChangedTag, **WRITE}, auth=Token("stock.handle"))
def bind(request: HttpRequest, given: TagToBind) -> dict[str, Any]:
    """Puts a tag on a weapon. Permission: `stock.handle`, where the weapon is."""
    user = person(request)
    _visible(user, given.weapon_id)
    made = services.bind(str(given.weapon_id), given.tag, tid=given.tid, note=given.note, by=actor(user))
    return {"weapon_id": made.weapon, "tag": made.tag, "event_id": made.event_id, "new": made.new}


@router.post("/stockpile/tags/unbind", response={200: ChangedTag, **WRITE}, auth=Token("stock.handle"))
def unbind(request: HttpRequest, given: TagToUnbind) -> dict[str, Any]:
    """Takes a tag off its weapon. Permission: `stock.handle`, where the weapon is."""
    user = person(request)
    weapon_id = given.weapon_id or queries.weapon_of(services.tag_text(given.tag), scope.of(user, "stock.handle"))
    if weapon_id is None:
        raise not_found("tag on one weapon")
    _visible(user, weapon_id)
    made = services.unbind(given.tag, weapon_id=str(weapon_id), note=given.note, by=actor(user))
    return {"weapon_id": made.weapon, "tag": made.tag, "event_id": made.event_id, "new": made.new}


@router.get("/stockpile/alarms", response={200: list[AlarmLine], **READ}, auth=Token("stock.view"))
def alarms(request: HttpRequest, asked: Query[WhichAlarms]) -> list[dict[str, Any]]:
    """Alarms of tags, the first due first, at most 500. Permission: `stock.view`; those read at other places, of weapons one may not see,
    are left out.
    """
    user = person(request)
    places, within = accounts.visible_place_ids(user, "stock.view"), scope.of(user, "stock.view")
    return [
        {
            "id": one.key,
            "kind": one.value["kind"],
            "tag": one.value["tag"],
            "weapon_id": one.value["weapon"],
            "since": one.since,
            "due": one.due,
            "state": one.state,
        }
        for one in seen.alarms(closed=asked.closed, places=places, scope=within)
    ]


def _visible(user: User, weapon_id: UUID) -> None:
    if not scope.of(user, "stock.handle").narrow(Weapon.objects.filter(id=weapon_id)).exists():
        raise not_found("weapon")
