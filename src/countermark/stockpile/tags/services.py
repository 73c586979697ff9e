"""Tags put on weapons and taken off: each an event of the weapon, in one transaction."""

from dataclasses import dataclass

from countermark.ledger import services
from countermark.ledger.entry import now
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import Sentence
from countermark.register import projection
from countermark.register.checking import refuse
from countermark.register.rules import WeaponState
from countermark.register.services import own_source
from countermark.register.tagged import TagState, is_tag
from countermark.stockpile.models import Tag
from countermark.stockpile.readers import presence
from countermark.stockpile.readers.payloads import beacon_tag
from countermark.stockpile.readers.reads import tag_of, tid_of
from countermark.stockpile.tags import bodies

MOST_TAGS = 20
"""Tags on one weapon."""


@dataclass(frozen=True)
class Changed:
    """What became of it: the weapon, the tag as it is kept, and the event; `new` is False where it stood so already."""

    weapon: str
    tag: str
    tid: str
    event_id: str
    new: bool


def bind(weapon_id: str, tag: str, *, tid: str = "", note: str = "", by: Actor) -> Changed:
    """Puts a tag on a weapon. Saying it again is harmless; a chip read since is added.

    Raises `Refused` for an unknown, joined or destroyed weapon, for what is no tag, for one that is on another weapon, and for a
    Bluetooth beacon where this State has not switched presence on.
    """
    wanted, chip = tag_text(tag), _chip(tid)
    if wanted.startswith("ble:"):
        presence.require_allowed()
    with services.alone():
        state = _weapon(weapon_id)
        known = next((one for one in state.tags if one.tag == wanted), None)
        if known is not None and chip in ("", known.tid):
            return Changed(state.id, wanted, known.tid, known.event_id, new=False)
        _refuse_unfit(state, wanted, known)
        body = bodies.bound(state.id, wanted, chip, now(), own_source())
        captured = services.append([Draft(kind="event", body=body, note=note)], by=by)[0]
    return Changed(state.id, wanted, chip, captured.event_id, captured.new)


def unbind(tag: str, *, weapon_id: str = "", note: str = "", by: Actor) -> Changed:
    """Takes a tag off its weapon; `weapon_id` says which, where it is on two. Raises `Refused`."""
    wanted = tag_text(tag)
    with services.alone():
        on = [str(found) for found in Tag.objects.filter(tag=wanted).values_list("weapon_id", flat=True)]
        chosen = [one for one in on if weapon_id in ("", one)]
        if not chosen:
            expected = Sentence("a tag that is on this weapon") if weapon_id else Sentence("a tag that is on a weapon")
            raise refuse("tag", wanted, expected, "unbound")
        if len(chosen) > 1:
            raise refuse("weapon", "", Sentence("one of %(codes)s", codes=", ".join(sorted(chosen))), "several")
        body = bodies.unbound(chosen[0], wanted, now(), own_source())
        captured = services.append([Draft(kind="event", body=body, note=note)], by=by)[0]
    return Changed(chosen[0], wanted, "", captured.event_id, captured.new)


def _weapon(weapon_id: str) -> WeaponState:
    state = projection.state_of(weapon_id)
    if state is None:
        raise refuse("weapon", weapon_id, "the id of a weapon in this register", "unknown")
    if state.replaced_by:
        raise refuse(
            "weapon",
            weapon_id,
            Sentence("%(survivor)s, which it was found to be", survivor=state.replaced_by),
            "joined",
        )
    if state.status == "destroyed":
        raise refuse("weapon", weapon_id, "a weapon that was not destroyed", "destroyed")
    return state


def _refuse_unfit(state: WeaponState, wanted: str, known: TagState | None) -> None:
    if Tag.objects.filter(tag=wanted).exclude(weapon_id=state.id).exists():
        raise refuse("tag", wanted, "a tag that is on no other weapon; take it off that one first", "bound")
    if known is not None and known.tid:
        raise refuse(
            "tid", known.tid, "the chip the tag was bound with; another chip with its number is a copy", "chip"
        )
    if len(state.tags) >= MOST_TAGS:
        raise refuse("tag", wanted, Sentence("at most %(most)d tags on a weapon", most=MOST_TAGS), "many")


def tag_text(text: str) -> str:
    """A tag's identifier as it is kept. Raises `Refused` for what is none."""
    tag = beacon_tag(text.strip()[4:]) if text.strip().lower().startswith("ble:") else tag_of(text)
    if not is_tag(tag):
        raise refuse(
            "tag", text, "an EPC in hexadecimal (whole words of 16 bits), or ble: and the number of a beacon", "form"
        )
    return tag


def _chip(text: str) -> str:
    chip = tid_of(text)
    if text.strip() and not chip:
        raise refuse("tid", text, "the number of a chip in hexadecimal (whole words of 16 bits)", "form")
    return chip
