"""What lies on a counter before it is signed for: the person, the weapons scanned so far, and whether they may go together.

Kept in the session of who stands there, so that a page loaded again shows the same; nothing of it is in the ledger until it is done.
"""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from countermark.accounts.models import Place
from countermark.ledger import identity, jcs
from countermark.marks.sentences import Sentence
from countermark.register import projection
from countermark.register.models import Weapon
from countermark.register.queries.scope import Scope
from countermark.register.rules import WeaponState
from countermark.stockpile import acts, custody, kits, queries, roster, units
from countermark.stockpile.kits import Packed
from countermark.stockpile.queries import Held
from countermark.stockpile.roster import Enrolled
from countermark.stockpile.rules.custody import Eligibility, problem
from countermark.stockpile.scanning import queries as scanning

Mode = Literal["issue", "return", "receive", "move"]
MODES: tuple[Mode, ...] = ("issue", "return", "receive", "move")
KEY = "stockpile_desk"
JOINS = 8
"""How many records joined one to the next are followed: two nodes may have joined two of them in a ring."""


@dataclass
class Desk:
    """A counter at a place. `items` are weapon ids with the id of the scan that put them there, `kits` codes of kits with that of theirs;
    `request` is a key of this hand-over, `led_by` the id of the scan that named the person or the place.
    """

    mode: Mode
    store: str
    person: str = ""
    kind: str = "shift"
    target: str = ""
    items: dict[str, str] = field(default_factory=dict)
    request: str = ""
    kits: dict[str, str] = field(default_factory=dict)
    led_by: str = ""

    def led(self, scan_id: str) -> bool:
        """Whether this is the scan that named the person or the place, sent again: a card that finishes is another scan of it."""
        return bool(scan_id) and scan_id == self.led_by

    def put(self, session: MutableMapping[str, Any]) -> None:
        """Keeps it."""
        session[f"{KEY}:{self.mode}"] = vars(self)


def taken(session: MutableMapping[str, Any], mode: Mode, store: str) -> Desk:
    """The desk of this session in a mode at a place; an empty one where there is none, or it was somewhere else."""
    kept = session.get(f"{KEY}:{mode}")
    if kept and kept.get("store") == store:
        return Desk(**kept)
    return Desk(mode, store, request=acts.new_id())


def opened(session: MutableMapping[str, Any], desk: Desk) -> str:
    """Which counter this is: a key of the session for each place and mode, which ends with the session."""
    name = f"{KEY}:{desk.mode}:{desk.store}:opened"
    if name not in session:
        session[name] = acts.new_id()
    return str(session[name])


def cleared(desk: Desk) -> Desk:
    """An empty desk for the next person, with the same kind of custody."""
    return Desk(desk.mode, desk.store, kind=desk.kind, request=acts.new_id())


@dataclass(frozen=True)
class Row:
    """What a scan led to. `outcome` is `done`, `refused`, `asked` or `finish` (the card that was read first was read again)."""

    outcome: str
    word: Sentence
    text: str
    detail: Sentence | str = ""
    weapons: Sequence[Weapon] = ()
    again: bool = False


def scanned(desk: Desk, text: str, scan_id: str, scope: Scope) -> Row:
    """Puts what was scanned on the desk."""
    found = scanning.look(text, scope)
    meaning = found.meaning
    if meaning.kind == "person":
        return _card(desk, meaning.value, scan_id)
    if meaning.kind == "place":
        return _place(desk, meaning.value, scan_id)
    if meaning.kind == "kit":
        return _kit(desk, meaning.value, scan_id, scope)
    weapons = _fitting(desk, [one for one in found.weapons if one.replaced_by is None] or found.weapons)
    if len(weapons) == 1:
        return add(desk, str(weapons[0].pk), scan_id, text)
    if weapons or found.near:
        return Row("asked", Sentence("Which of these?"), text, weapons=weapons or found.near, again=True)
    if not meaning.usable:
        detail: Sentence | str = meaning.findings[0].message if meaning.findings else ""
        return Row("refused", Sentence("Not a valid code"), text, detail, again=True)
    return Row("refused", Sentence("Not known here"), text, again=True)


def chosen(desk: Desk, weapon: str, scan_id: str, scope: Scope) -> Row:
    """Puts one of several weapons with one mark on the desk; one that may not be seen is not known here."""
    try:
        known = scope.narrow(Weapon.objects.filter(pk=queries.as_uuid(weapon))).exists()
    except ValueError:
        known = False
    return add(desk, weapon, scan_id) if known else Row("refused", Sentence("Not known here"), "", again=True)


def seen(desk: Desk) -> str:
    """A digest of what lies on the desk: whoever signs says with it what they saw."""
    return identity.digest({"desk": jcs.encode(vars(desk)).decode()})


def add(desk: Desk, weapon: str, scan_id: str, text: str = "") -> Row:
    """Puts a weapon on the desk, unless it may not go this way."""
    state = _standing(weapon)
    if state is None:
        return Row("refused", Sentence("Not known here"), text, again=True)
    weapon = state.id
    shown = text or (state.control_mark.text if state.control_mark else state.ref)
    if weapon in desk.items:
        return Row("again", Sentence("Once is enough"), shown)
    why = problem(desk.mode, state.custody, state.status) or _elsewhere(desk, state)
    if why is not None:
        alarm = Sentence("Reported lost or stolen") if state.status in ("lost", "stolen") else Sentence("Refused")
        return Row("refused", alarm, shown, Sentence("expected %(expected)s", expected=why), again=True)
    if len(desk.items) >= custody.MOST:
        return Row("refused", Sentence("The receipt is full"), shown, again=True)
    desk.items[weapon] = scan_id
    return Row("done", Sentence("On the counter"), shown, f"{state.maker} {state.model}".strip())


def _standing(weapon: str) -> WeaponState | None:
    """The state of a weapon; of the record it was joined to, where it has two and this label is of the other."""
    state = projection.state_of(weapon)
    for _ in range(JOINS):
        if state is None or not state.replaced_by:
            return state
        state = projection.state_of(state.replaced_by)
    return None


def taken_back(desk: Desk, scan_id: str) -> str:
    """Takes off what a scan put there, of a kit all of it; returns the weapon, or the empty string where nothing was."""
    gone = [weapon for weapon, scan in desk.items.items() if scan == scan_id]
    for weapon in gone:
        del desk.items[weapon]
    desk.kits = {code: scan for code, scan in desk.kits.items() if scan != scan_id}
    return gone[0] if gone else ""


def _kit(desk: Desk, code: str, scan_id: str, scope: Scope) -> Row:
    """Puts the weapons of a kit on the desk; what of it may not go this way is said, and the rest goes."""
    kit = kits.find(code)
    seen = scope.narrow(Weapon.objects.filter(pk__in=kit.kit.weapons)) if kit and kit.in_use else Weapon.objects.none()
    names = {str(weapon.pk): weapon.serial or weapon.ref for weapon in seen}
    if kit is None or not names:
        return Row("refused", Sentence("No kit in use"), code, again=True)
    rows = {weapon: add(desk, weapon, scan_id) for weapon in names}
    if all(row.outcome == "again" for row in rows.values()):
        return Row("again", Sentence("Once is enough"), kit.name, kit.contents)
    left = [names[weapon] for weapon, row in rows.items() if row.outcome == "refused"]
    unseen = len(kit.kit.weapons) - len(names)
    if len(left) == len(rows):
        return Row("refused", Sentence("Nothing of the kit may go"), kit.name, ", ".join(left), again=True)
    desk.kits[kit.code] = scan_id
    if left or unseen:
        lacking = ", ".join([*left, *["?"] * unseen])
        return Row("asked", Sentence("Kit, not complete"), kit.name, Sentence("without %(serials)s", serials=lacking))
    return Row("done", Sentence("Kit, complete"), kit.name, kit.contents)


def remark(desk: Desk, note: str = "") -> str:
    """What the receipt says beside its weapons: what was written, and what goes along with the kits on the desk."""
    along = [kit.remark for kit in map(kits.find, desk.kits) if kit and kit.accessories]
    return "\n".join(filter(None, [note, *along]))


def _card(desk: Desk, code: str, scan_id: str) -> Row:
    person = roster.by_card(code)
    if person is None:
        return Row("refused", Sentence("No card in use"), code, again=True)
    if desk.person == person.party and desk.items and not desk.led(scan_id):
        return Row("finish", Sentence("Finish"), person.name, again=True)
    if desk.person and desk.items:
        # In a queue the next card comes early: what was scanned for one person never goes to another unsaid.
        wanted = Sentence("First sign for what lies here, or clear the counter")
        return Row("refused", Sentence("Somebody else is at the counter"), person.name, wanted, again=True)
    desk.person, desk.led_by = person.party, scan_id
    return Row("done", Sentence("Person"), person.name, again=True)


def _place(desk: Desk, code: str, scan_id: str) -> Row:
    place = units.place_of_code(code)
    if place is None or desk.mode not in ("move", "receive"):
        return Row("refused", Sentence("Not known here"), code, again=True)
    if desk.target == place.pk and desk.items and not desk.led(scan_id):
        return Row("finish", Sentence("Finish"), place.name, again=True)
    desk.target, desk.led_by = place.pk, scan_id
    return Row("done", Sentence("To this place"), place.name, again=True)


def _fitting(desk: Desk, weapons: Sequence[Weapon]) -> Sequence[Weapon]:
    """Of several weapons with one mark, those that may go this way here; all where none may."""
    if len(weapons) < 2:
        return weapons
    states = projection.states_of([str(one.pk) for one in weapons])
    good = [
        one
        for one in weapons
        if (state := states.get(str(one.pk)))
        and problem(desk.mode, state.custody, state.status) is None
        and _elsewhere(desk, state) is None
    ]
    return good or weapons


def _elsewhere(desk: Desk, state: WeaponState) -> Sentence | None:
    if desk.mode in ("issue", "move") and state.place not in units.of_site(desk.store):
        return custody.ELSEWHERE
    return None


@dataclass(frozen=True)
class Shown:
    """A desk as its page shows it."""

    desk: Desk
    store: Place
    person: Enrolled | None
    held: Sequence[Held]
    weapons: Sequence[Held]
    eligibility: Eligibility
    target: Place | None
    kits: Sequence[tuple[Packed, int]] = ()
    """The kits, and how many of the weapons of each are not on the desk."""

    @property
    def ready(self) -> bool:
        """Whether something can be signed for."""
        if not self.weapons:
            return False
        return (
            self.person is not None
            if self.desk.mode == "issue"
            else self.desk.mode != "move" or self.target is not None
        )


def shown(desk: Desk) -> Shown:
    """A desk with names and records."""
    weapons = queries.shown([*map(queries.as_uuid, desk.items)])
    judged = Eligibility()
    if desk.mode == "issue" and desk.person:
        judged = roster.eligibility(desk.person, [one.weapon.kind for one in weapons], desk.kind, desk.store)
    return Shown(
        desk,
        Place.objects.get(pk=desk.store),
        roster.find(desk.person),
        queries.of_person(desk.person) if desk.person else [],
        weapons,
        judged,
        Place.objects.filter(pk=desk.target).first() if desk.target else None,
        [(kit, len({*kit.kit.weapons} - {*desk.items})) for kit in map(kits.find, desk.kits) if kit],
    )
