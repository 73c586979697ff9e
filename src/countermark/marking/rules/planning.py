"""From what is missing to the marks that are to be applied: pure."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import msgspec

from countermark.ledger.vocabulary import gettext_noop
from countermark.marking import methods, space
from countermark.marking.description import ELEMENTS, Description, Mark, MarkKind, Part, Plate
from countermark.marking.profiles import Length, Profile, Rule
from countermark.marking.rules import judging, outcomes, places, quality
from countermark.marking.rules.findings import Verdict

_ORDER = ("country", "manufacturer", "symbol_code", "place", "city", "year", "model", "licence", "serial", "calibre")
"""The order of elements on the metal (MOSAIC 05.30), for manufacture; others follow."""

_OCCASION_KIND: Mapping[str, MarkKind] = {
    "manufacture": "manufacture",
    "import": "import",
    "state_to_civil": "transfer",
    "state_holding": "state_stock",
    "found": "found",
    "deactivation": "deactivation",
}
_FORCES = ("binding", "political", "advisory")
_AGENCY_MARK = ("serial",)
_DEACTIVATED = ("country", "year")
"""What a mark says by itself where no rule names its elements: a number; that of a deactivation, who verified it and when."""
_ROUNDS = 4
SECOND_PLATE = "second_plate"
"""The carrier of a blank plate for marks to come (A/70/115, para. 13)."""


@dataclass
class _Need:
    """A mark that some rules ask for on one component."""

    component: str
    mark_kind: MarkKind
    layer: str
    elements: dict[str, None] = field(default_factory=dict)
    height: Length | None = None
    depth: Length | None = None
    plate: bool = False
    copies: int = 1
    rules: dict[str, Rule] = field(default_factory=dict)
    forces: set[str] = field(default_factory=set)
    notes: dict[str, None] = field(default_factory=dict)


class PlannedMark(msgspec.Struct, frozen=True):
    """A mark to be applied. `text` is what will stand on the metal; elements nobody knows yet stand in ‹ ›. Millimetres."""

    component: str
    carrier: str
    layer: str
    mark_kind: str
    text: str
    elements: dict[str, str | None]
    height_mm: float | None
    depth_mm: float | None
    force: str
    copies: int
    """How many parts of this component bear it: two where it comes in halves."""
    rules: list[str]
    notes: list[str]
    methods: list[methods.Choice]


class Space(msgspec.Struct, frozen=True):
    """How the marks of one carrier fit at the height required. `second_plate`: when to plan one more (A/70/115, para. 13)."""

    component: str
    carrier: str
    fits: bool
    future_import_marks: int
    character_height_mm: float
    lines: list[str]
    columns: int
    rows: int
    second_plate: bool


def needed(description: Description, rules: Sequence[tuple[Profile, Rule]]) -> list[PlannedMark]:
    """The marks that are missing under the rules given, those of one component and kind as one.

    A mark once planned can show that one more is due (a second component that must bear it), so this goes on until nothing is.
    """
    needs: dict[tuple[str, str, str], _Need] = {}
    planned: list[PlannedMark] = []
    for _ in range(_ROUNDS):
        then = applied(description, planned)
        lacking = [
            (profile, rule, component, elements)
            for profile, rule in rules
            for component, elements in _lacking(profile, rule, then)
        ]
        if not lacking:
            break
        for profile, rule, component, elements in lacking:
            _add(needs, profile, rule, component, elements, description)
        planned = [_planned(need, description) for need in needs.values()]
    return planned


def _lacking(profile: Profile, rule: Rule, description: Description) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The components a rule wants marked, each with the elements to show."""
    findings = judging.judge(rule, profile, description)
    if not any(finding.verdict in ("missing", "refused") for finding in findings):
        return
    whole = rule.requires.elements[0]
    # A mark that meets a rule and is yet refused, or is there on one half only.
    bad = {finding.component for finding in findings if finding.verdict in ("missing", "refused")}
    for outcome in outcomes.outcomes(rule.requires, description, judging.is_one_part(profile, rule)):
        standing = bad & {mark.component for mark in outcome.marks}
        if outcome.state != "met" or standing:
            component = _component(outcome, description, rule, standing)
            yield component, (*whole, *(element for element in rule.if_designated if _designated(description, element)))


def _component(outcome: outcomes.Outcome, description: Description, rule: Rule, standing: set[str | None]) -> str:
    named = {component for component in standing if component}
    if outcome.state == "met" and named:
        return min(named)
    if outcome.place.name:
        return outcome.place.name
    control = places.control(description)
    allowed = outcome.place.components
    if rule.requires.where == "one_of" and control not in allowed:
        return min(allowed & places.types(description), default=min(allowed))
    if rule.requires.where == "structural_and_another":
        others = sorted(places.types(description) - {control, "plate"})
        usual = (*(["barrel"] if "barrel" in others else []), *others, "barrel", "other")
        return next(component for component in usual if component != control)
    return control


def _designated(description: Description, element: str) -> bool:
    return bool(description.weapon and getattr(description.weapon, element, None))


def _add(
    needs: dict[tuple[str, str, str], _Need],
    profile: Profile,
    rule: Rule,
    component: str,
    elements: Sequence[str],
    description: Description,
) -> None:
    kind = _kind(rule, description)
    layer = "covert" if rule.requires.covert_counts else "overt"
    need = needs.setdefault((component, kind, layer), _Need(component, kind, layer))
    known = _known(description, component)
    need.elements.update(dict.fromkeys(_pick(element, known) for element in elements))
    need.elements.update(dict.fromkeys(element for element in rule.encouraged if "|" not in element))
    need.height = _larger(need.height, rule.min_height)
    need.depth = _larger(need.depth, rule.min_depth)
    if profile.identity == "one_part" and rule.requires.where == "structural":
        need.copies = max(
            need.copies, places.count(description, component) - judging.bearing(rule, description, component)
        )
    need.plate = need.plate or rule.non_metallic == "plate"
    need.rules[rule.id] = rule
    need.forces.add(profile.force_of(rule))
    need.notes.update(dict.fromkeys(note for note in (rule.layout, rule.deadline) if note))


def _kind(rule: Rule, description: Description) -> MarkKind:
    kinds = rule.requires.mark_kinds
    usual = _OCCASION_KIND.get(description.occasion or "", "manufacture")
    return usual if not kinds or usual in kinds else kinds[0]


def _pick(element: str, known: Mapping[str, str]) -> str:
    names = element.split("|")
    return next((name for name in names if known.get(name)), names[0])


def _larger(one: Length | None, other: Length | None) -> Length | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda length: length.mm)


def _planned(need: _Need, description: Description) -> PlannedMark:
    part = places.part_of(description, need.component)
    known = _known(description, need.component)
    if need.mark_kind != "manufacture":
        # The country and year of a later mark are not those of the manufacture.
        told = description.elements or {}
        twice = description.weapon is not None and description.weapon.duplicate_serial is True
        # A serial that another weapon bears too tells nothing: the later mark gets a number of its own.
        lasting = ("manufacturer",) if twice else ("serial", "symbol_code", "manufacturer")
        known = {name: text for name, text in known.items() if name in told or name in lasting}
    allowed = {name: text for name, text in known.items() if not _is_foreign(text, need.rules.values())}
    elements: dict[str, str | None] = {
        name: allowed.get(name) for name in _ordered(need.elements or dict.fromkeys(_usual_elements(need)))
    }
    on_plate = _on_plate(part, need)
    material = "steel" if on_plate else (part.material if part else None)
    return PlannedMark(
        component=need.component,
        carrier="plate" if on_plate else "part",
        layer=need.layer,
        mark_kind=need.mark_kind,
        text=_text(elements, description, need),
        elements=elements,
        height_mm=float(need.height.mm) if need.height else None,
        depth_mm=float(need.depth.mm) if need.depth else None,
        force=min(need.forces, key=_FORCES.index),
        copies=need.copies,
        rules=list(need.rules),
        notes=[*need.notes, *_loose_plate(part, on_plate), *_second_plate(part, need, elements, description, on_plate)],
        # How a covert mark is made is for the State alone to know.
        methods=[] if need.layer == "covert" else methods.ranked(material, description.occasion, description.equipment),
    )


def _usual_elements(need: _Need) -> tuple[str, ...]:
    return _DEACTIVATED if need.mark_kind == "deactivation" else _AGENCY_MARK


def _loose_plate(part: Part | None, on_plate: bool) -> list[str]:
    """That there is no plate yet, or that the one there is no carrier as it is: one that cannot be taken off is to be embedded first."""
    plate = part.plate if part else None
    if not on_plate:
        return []
    if plate is None:
        return [gettext_noop("A metal plate is to be embedded first.")]
    if False not in (plate.embedded, plate.removal_destroys):
        return []
    return [gettext_noop("The plate can be removed without destroying the frame: whoever removes it removes the mark.")]


def _second_plate(
    part: Part | None, need: _Need, elements: Mapping[str, str | None], description: Description, on_plate: bool
) -> list[str]:
    """Where a mark goes on the second plate because the first has no room for it (A/70/115, para. 13)."""
    if not on_plate or part is None or part.second_plate is None or part.plate is None:
        return []
    width, height = part.plate.width_mm, part.plate.height_mm
    if not width or not height:
        return []
    standing = [mark for mark in description.marks or () if mark.component == part.type and mark.carrier == "plate"]
    least = [float(need.height.mm)] if need.height else []
    character = max([*(mark.height_mm for mark in standing if mark.height_mm), *least], default=space.USUAL_HEIGHT_MM)
    texts = [text for mark in standing if (text := _written(mark))]
    if space.fit(width, height, character, [*texts, _usual(elements)]).fits:
        return []
    return [gettext_noop("On the second plate: the first has no room for it.")]


def _is_foreign(text: str, rules: Iterable[Rule]) -> bool:
    """Whether a text may not stand on the metal as it is: another spelling is for a person to choose."""
    return any(quality.foreign_letter(text, rule) or quality.foreign_digit(text, rule) for rule in rules)


def _known(description: Description, component: str) -> dict[str, str]:
    """What is known of the elements: said outright, else on the weapon, else on another of its marks."""
    known: dict[str, str] = {}
    for mark in sorted(description.marks or (), key=lambda mark: mark.component != component):
        for name, text in outcomes.told(mark).items():
            if text.strip() and mark.mark_kind == "manufacture":
                known.setdefault(name, text)
    weapon = description.weapon
    if weapon:
        told = {
            "manufacturer": weapon.maker,
            "country": weapon.country,
            "model": weapon.model,
            "calibre": weapon.calibre,
        }
        known = {name: text for name, text in told.items() if text} | known
    return known | {name: text for name, text in (description.elements or {}).items() if text.strip()}


def _ordered(elements: Iterable[str]) -> list[str]:
    wanted = set(elements)
    rest = [name for name in ELEMENTS if name in wanted and name not in _ORDER]
    return [name for name in _ORDER if name in wanted] + rest


def _on_plate(part: Part | None, need: _Need) -> bool:
    if part is None or need.component not in places.FRAMES or need.layer == "covert":
        return False
    if part.material == "polymer" and need.plate:
        return True
    # A plate that comes off takes its marks with it: metal bears them better.
    return part.plate is not None and False not in (part.plate.metal, part.plate.embedded, part.plate.removal_destroys)


def _text(elements: Mapping[str, str | None], description: Description, need: _Need) -> str:
    written = " ".join(text or f"‹{name}›" for name, text in elements.items())
    if not description.prefixes:
        return written
    return f"({1 if need.component == places.control(description) else 2}) {written}"


def as_applied(planned: PlannedMark) -> Mark:
    """The mark as it will be once it is applied as planned."""
    return Mark(
        component=planned.component,  # type: ignore[arg-type]
        carrier=planned.carrier,  # type: ignore[arg-type]
        layer=planned.layer,  # type: ignore[arg-type]
        mark_kind=planned.mark_kind,  # type: ignore[arg-type]
        elements={name: text or "0" for name, text in planned.elements.items()},  # type: ignore[misc]
        height_mm=planned.height_mm or space.USUAL_HEIGHT_MM,
        depth_mm=planned.depth_mm or 0.1,
    )


def applied(description: Description, marks: Sequence[PlannedMark]) -> Description:
    """The weapon as it will be once a plan is carried out: planned plates embedded as they must be."""
    told = (*(description.marks or ()), *(as_applied(mark) for mark in marks for _ in range(mark.copies)))
    return msgspec.structs.replace(description, marks=told, weapon=_with_plates(description, marks))


def _with_plates(description: Description, marks: Sequence[PlannedMark]) -> Any:
    weapon = description.weapon
    if weapon is None or weapon.components is None:
        return weapon
    on_plates = {mark.component for mark in marks if mark.carrier == "plate"}
    embedded = Plate(metal=True, embedded=True, removal_destroys=True)
    parts = tuple(
        msgspec.structs.replace(part, plate=embedded) if part.type in on_plates else part for part in weapon.components
    )
    return msgspec.structs.replace(weapon, components=parts)


def spaces(description: Description, marks: Sequence[PlannedMark]) -> list[Space]:
    """For each plate or zone with a size: whether existing and planned marks fit, and how many import marks after them."""
    parts = description.weapon.components if description.weapon else None
    found = []
    for part in parts or ():
        for carrier, area in (("plate", part.plate), ("part", part.zone), (SECOND_PLATE, part.second_plate)):
            if part.type and area is not None and area.width_mm and area.height_mm:
                found.append(_space(part.type, carrier, area.width_mm, area.height_mm, description, marks))
    return found


def _space(
    component: str, carrier: str, width: float, height: float, description: Description, planned: Sequence[PlannedMark]
) -> Space:
    standing = [mark for mark in description.marks or () if mark.component == component and mark.carrier == carrier]
    coming = [mark for mark in planned if mark.component == component and mark.carrier == carrier]
    sizes = [
        height for height in (*(mark.height_mm for mark in standing), *(mark.height_mm for mark in coming)) if height
    ]
    character = max(sizes, default=space.USUAL_HEIGHT_MM)
    kept = _kept(description, component) if carrier == "part" else []
    texts = [(mark.mark_kind, _written(mark)) for mark in standing] + [
        (mark.mark_kind, _guessed(mark)) for mark in coming
    ]
    imports = [text for kind, text in texts if text and kind == "import"]
    fit = space.fit(
        width, height, character, [text for kind, text in texts if text and kind != "import"], imports, kept
    )
    return Space(
        component=component,
        carrier=carrier,
        fits=fit.fits,
        future_import_marks=fit.future_import_marks,
        character_height_mm=character,
        lines=list(fit.lines),
        columns=fit.grid.columns,
        rows=fit.grid.lines,
        second_plate=carrier != SECOND_PLATE and _is_full(description, component, fit),
    )


def _kept(description: Description, component: str) -> list[space.Kept]:
    """What of a component's zone is kept for later marks."""
    part = places.part_of(description, component)
    areas = part.reserved if part else None
    return [space.Kept(one.y_mm, one.width_mm, one.height_mm, one.purpose == "import") for one in areas or ()]


def _is_full(description: Description, component: str, fit: space.Fit) -> bool:
    """Whether no import mark fits any more and no second plate waits for one."""
    part = places.part_of(description, component)
    return (not fit.fits or fit.future_import_marks == 0) and (part is None or part.second_plate is None)


_USUAL_LENGTHS = {"country": 2, "year": 4, "serial": 8, "calibre": 6}


def _guessed(mark: PlannedMark) -> str:
    """The text with elements nobody knows yet at their usual length, to see what will fit."""
    return _usual(mark.elements)


def _usual(elements: Mapping[str, str | None]) -> str:
    return " ".join(text or "0" * _USUAL_LENGTHS.get(name, 6) for name, text in elements.items())


def _written(mark: Mark) -> str:
    return mark.text or " ".join((mark.elements or {}).values())


def in_advance(
    description: Description, profiles: Sequence[Profile], day: dt.date, marks: Sequence[PlannedMark]
) -> list[PlannedMark]:
    """The import marks a maker can apply where the country of destination is known (A/70/115, para. 14).

    What is only encouraged and not known yet (the year of arrival) is left out.
    """
    destination = (description.elements or {}).get("destination", "").strip()
    if description.occasion != "manufacture" or not destination:
        return []
    told = {name: text for name, text in (description.elements or {}).items() if name.startswith("importer")}
    on_arrival = msgspec.structs.replace(
        applied(description, marks), occasion="import", import_purpose="permanent", elements=told | {"country": destination}
    )  # fmt: skip
    verdicts: dict[str, Verdict] = dict.fromkeys(
        (profile.id for profile in profiles if profile.in_force(day)), "compliant"
    )
    rules = [
        (profile, msgspec.structs.replace(rule, encouraged=()))
        for profile, rule in in_force(on_arrival, profiles, verdicts, day)
        if rule.requires.mark_kinds == ("import",)
    ]
    notes = [gettext_noop("Applied at manufacture, since the destination is known; confirmed on arrival.")]
    found = needed(on_arrival, rules)
    return [msgspec.structs.replace(mark, notes=[*notes, *mark.notes]) for mark in found if mark.mark_kind == "import"]


def strictest(rules: Sequence[tuple[Profile, Rule]]) -> list[dict[str, Any]]:
    """The largest height and depth demanded, with who demands it and who demands less."""
    found: list[dict[str, Any]] = []
    for attribute, name in (("height_mm", "min_height"), ("depth_mm", "min_depth")):
        asked = [(getattr(rule, name), profile, rule) for profile, rule in rules if getattr(rule, name)]
        if not asked:
            continue
        most: Fraction = max(length.mm for length, _, _ in asked)
        found.append(
            {
                "attribute": attribute,
                "value": float(most),
                "demanded_by": [
                    {"profile": profile.id, "rule": rule.id, "force": profile.force_of(rule), "least": str(length)}
                    for length, profile, rule in asked
                    if length.mm == most
                ],
                "others": [
                    {"profile": profile.id, "rule": rule.id, "force": profile.force_of(rule), "least": str(length)}
                    for length, profile, rule in asked
                    if length.mm < most
                ],
            }
        )
    return found


def permitted(rules: Sequence[tuple[Profile, Rule]]) -> list[dict[str, Any]]:
    """The alphabets and numerals every instrument allows, with who narrows them."""
    found: list[dict[str, Any]] = []
    for attribute in ("alphabets", "numerals"):
        asked = [(getattr(rule, attribute), profile, rule) for profile, rule in rules if getattr(rule, attribute)]
        if not asked:
            continue
        common = set(asked[0][0]).intersection(*(names for names, _, _ in asked))
        demanded = [
            {"profile": profile.id, "rule": rule.id, "force": profile.force_of(rule), "least": ", ".join(names)}
            for names, profile, rule in asked
        ]
        found.append({"attribute": attribute, "value": sorted(common), "demanded_by": demanded, "others": []})
    return found


def conflicts(verdicts: Mapping[str, Verdict], profiles: Sequence[Profile]) -> list[dict[str, Any]]:
    """Where instruments asked for at once differ in kind, shown and not resolved."""
    found: list[dict[str, Any]] = []
    exempt = [name for name, verdict in verdicts.items() if verdict == "exempt"]
    asking = [name for name, verdict in verdicts.items() if verdict not in ("exempt", "not_applicable")]
    if exempt and asking:
        message = gettext_noop("Some instruments exempt this import, others ask for the mark.")
        found.append({"attribute": "exemption", "profiles": {"exempt": exempt, "asking": asking}, "message": message})
    policies: dict[str, list[str]] = {}
    for profile in profiles:
        if profile.identity != "unspecified" and verdicts.get(profile.id) != "not_applicable":
            policies.setdefault(profile.identity, []).append(profile.id)
    if len(policies) > 1:
        message = gettext_noop("The instruments differ in which components carry the weapon's identity.")
        found.append({"attribute": "identity", "profiles": policies, "message": message})
    return found


def in_force(
    description: Description, profiles: Sequence[Profile], verdicts: Mapping[str, Verdict], day: dt.date
) -> list[tuple[Profile, Rule]]:
    """The rules that apply to this occasion, with their profiles; none of those that exempt it."""
    return [
        (profile, rule)
        for profile in profiles
        if verdicts.get(profile.id) not in ("exempt", "not_applicable")
        for rule in profile.rules_on(day)
        if description.occasion in rule.occasions and judging.applies(rule, description) is not False
    ]
