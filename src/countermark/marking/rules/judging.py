"""Holding marks against a rule: pure, no clock, nothing from outside."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from countermark.marking import methods
from countermark.marking.description import Component, Description, Mark, Plate
from countermark.marking.profiles import Length, Profile, Requirement, Rule
from countermark.marking.rules import places
from countermark.marking.rules.findings import Finding, Voice, gettext_noop
from countermark.marking.rules.places import FRAMES, Place
from countermark.marks.sentences import Sentence

IDENTITY = ("serial", "symbol_code")
"""Elements that make a mark one weapon's."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a requirement came to at one place.

    `state`: `met`, `missing`, `elsewhere` (there, but on a component that does not count), `covert` (there, but not to be
    seen), `undescribed` (a mark is there whose elements or place nobody told).
    """

    place: Place
    state: str
    marks: tuple[Mark, ...] = ()
    """Where it is met: every mark that has a part in it; `_best_quality` finds the ones that do best."""
    lacking: tuple[str, ...] = ()
    where: str | None = None


def told(mark: Mark) -> Mapping[str, str]:
    """The elements a mark shows; none where they are not described."""
    return cast(Mapping[str, str], mark.elements or {})


_UNSEEN = re.compile(r"nano|micro(?![-_ ]?percussion)", re.IGNORECASE)


def is_overt(mark: Mark) -> bool:
    """Whether a mark can be seen without technical aids (ITI para. 7; micro and nano marks cannot, A/70/115, para. 33)."""
    return mark.layer == "overt" and mark.mark_kind != "covert" and not _UNSEEN.search(mark.method or "")


def outcomes(requirement: Requirement, description: Description, one_part: bool = False) -> list[Outcome]:
    """What a requirement comes to, place by place. `one_part`: one component alone is the weapon in law."""
    marks = [mark for mark in description.marks or () if _may_count(mark, requirement)]
    marks = [mark for mark in marks if not _is_of_earlier_import(mark, requirement, description)]
    found = [_at(place, requirement, marks) for place in places.of(requirement, description, one_part)]
    if requirement.where == "structural_and_another" and found[0].state == "met":
        found.append(_another(found[0], requirement, marks))
    return found


def is_met(requirement: Requirement, description: Description) -> bool:
    found = outcomes(requirement, description)
    return bool(found) and all(outcome.state == "met" for outcome in found)


def _may_count(mark: Mark, requirement: Requirement) -> bool:
    if requirement.covert_counts:
        return not is_overt(mark)
    return not requirement.mark_kinds or mark.mark_kind in requirement.mark_kinds or mark.mark_kind == "covert"


def _is_of_earlier_import(mark: Mark, requirement: Requirement, description: Description) -> bool:
    """Whether a mark names another country of import than the one the weapon comes into now, where that is told."""
    if description.occasion != "import" or requirement.mark_kinds != ("import",):
        return False
    if not all("country" in elements and "serial" not in elements for elements in requirement.elements):
        return False
    now, then = (description.elements or {}).get("country", ""), told(mark).get("country", "")
    return bool(now.strip() and then.strip()) and now.strip().casefold() != then.strip().casefold()


def _at(place: Place, requirement: Requirement, marks: Sequence[Mark]) -> Outcome:
    seen = [mark for mark in marks if is_overt(mark) or requirement.covert_counts]
    here = [mark for mark in seen if place.holds(mark)]
    if meeting := _meeting(here, requirement.elements):
        return Outcome(place, "met", meeting)
    if any(mark.elements is None for mark in here) or (
        place.components and any(mark.component is None for mark in seen)
    ):
        return Outcome(place, "undescribed", tuple(here))
    lacking = _lacking(here, requirement.elements)
    elsewhere = [mark for mark in seen if not place.holds(mark)]
    if (
        requirement.where != "each"
        and elsewhere
        and not _identifies(here)
        and _meeting(elsewhere, requirement.elements)
    ):
        return Outcome(place, "elsewhere", tuple(elsewhere), lacking, elsewhere[0].component)
    hidden = [mark for mark in marks if not is_overt(mark) and not requirement.covert_counts]
    if hidden and not here and _would_do(hidden, requirement, place):
        return Outcome(place, "covert", tuple(hidden), lacking, hidden[0].component)
    return Outcome(place, "missing", tuple(here), lacking)


def _would_do(hidden: Sequence[Mark], requirement: Requirement, place: Place) -> bool:
    """Whether covert marks were meant as the mark: they show it, or nobody told what they show."""
    meant = [mark for mark in hidden if requirement.where != "each" or place.holds(mark)]
    return any(mark.elements is None for mark in meant) or bool(_meeting(meant, requirement.elements))


def _another(first: Outcome, requirement: Requirement, marks: Sequence[Mark]) -> Outcome:
    """Whether one more component bears the whole mark, whichever of those that meet the first demand is set aside."""
    stands = {mark.component for mark in first.marks}
    whole = any(_is_whole(mark, elements) for mark in first.marks for elements in requirement.elements)
    tried = [_beyond(taken, requirement, marks) for taken in ([{one} for one in stands] if whole else [stands])]
    return next((outcome for outcome in tried if outcome.state == "met"), tried[0])


def _beyond(taken: set[Component | None], requirement: Requirement, marks: Sequence[Mark]) -> Outcome:
    rest = [mark for mark in marks if mark.component not in taken]
    named = frozenset(mark.component for mark in rest if mark.component)
    return _at(Place(None, named or frozenset(("other",))), requirement, rest)


def _meeting(marks: Sequence[Mark], alternatives: Sequence[Sequence[str]]) -> tuple[Mark, ...]:
    """The marks that show one of the sets of elements: those that show a whole one, else all that share one."""
    whole = [mark for mark in marks if any(_is_whole(mark, elements) for elements in alternatives)]
    if whole:
        return tuple(whole)
    for elements in alternatives:
        if marks and all(any(_shows(mark, element) for mark in marks) for element in elements):
            return tuple(mark for mark in marks if any(_shows(mark, element) for element in elements))
    return ()


def _is_whole(mark: Mark, elements: Sequence[str]) -> bool:
    return all(_shows(mark, element) for element in elements)


_LICENSED_NUMBER = re.compile(r"\d{8}[-\u2010-\u2015]\S")
"""A serial that begins with the abbreviated licence number: first three and last five digits (27 CFR 478.92(a))."""


def _shows(mark: Mark, element: str) -> bool:
    shown = told(mark)
    return any(
        shown.get(name, "").strip() or (name == "licence" and _LICENSED_NUMBER.match(shown.get("serial", "").strip()))
        for name in element.split("|")
    )


def _lacking(marks: Sequence[Mark], alternatives: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What is missing to the set that comes nearest: the first one where nothing of any is there."""
    gaps = [tuple(one for one in elements if not any(_shows(mark, one) for mark in marks)) for elements in alternatives]
    begun = [gap for gap, elements in zip(gaps, alternatives, strict=True) if len(gap) < len(elements)]
    return min(begun, key=len) if begun else gaps[0]


def _identifies(marks: Sequence[Mark]) -> bool:
    return any(_shows(mark, element) for mark in marks for element in IDENTITY)


def judge(rule: Rule, profile: Profile, description: Description) -> list[Finding]:
    """Every statement one rule makes about the marks described; empty where it does not apply."""
    voice = Voice(profile, rule)
    due = applies(rule, description)
    if due is False:
        return _not_needed(voice, description)
    standing = _standing(voice, description)
    if standing and not any(finding.verdict == "refused" for finding in standing):
        return standing
    if rule.names_control and places.is_open(description):
        return [_no_control(voice)]
    found = outcomes(rule.requires, description, is_one_part(profile, rule))
    if not found:
        return [_no_components(voice)]
    findings = [one for outcome in found for one in _of_outcome(voice, outcome, description)]
    findings += _halves(voice, description, found)
    if due is None and any(finding.verdict in ("missing", "refused") for finding in findings):
        return [_condition_open(voice)]
    if rule.requires.where == "each" and not _has_frame(rule.requires, found, description):
        findings.append(_no_components(voice))
    if rule.unless and any(outcome.state != "met" for outcome in found):
        beside = list(_of_standing(voice, rule.unless, description))
        if any(finding.verdict == "unknown" for finding in beside) and not _is_void(rule, description):
            # A weapon that may bear the mark already is looked at before it gets another.
            findings = [finding for finding in findings if finding.verdict != "missing"]
        findings += [*standing, *beside]
    if all(outcome.state == "met" for outcome in found):
        findings += [*_beside(voice, description, found), *_off_control(voice, description, found)]
    return findings


def _standing(voice: Voice, description: Description) -> list[Finding]:
    """What is said of a mark that makes the demand unnecessary; empty where there is none."""
    unless = voice.rule.unless
    if unless is None or _is_void(voice.rule, description) or not is_met(unless, description):
        return []
    said = voice.says("met", "mark", gettext_noop("The weapon bears a mark already that makes this one unnecessary."))
    found = outcomes(unless, description)
    return [said, *(one for outcome in found for one in _of_best(voice, outcome, unless, description)[1])]


def applies(rule: Rule, description: Description) -> bool | None:
    """Whether a rule's condition holds; None when the description leaves it open."""
    weapon = description.weapon
    match rule.only_if:
        case "not_traceable":
            return None if description.traceable_before is None else not description.traceable_before
        case "private_production":
            return bool(weapon and weapon.production == "private")
        case "licensed_production":
            return not (weapon and weapon.production == "private")
        case "duplicate_serial":
            return bool(weapon and weapon.duplicate_serial)
        case _:
            return True


def _is_void(rule: Rule, description: Description) -> bool:
    return bool(
        rule.unless_void_if == "duplicate_serial" and description.weapon and description.weapon.duplicate_serial
    )


def _not_needed(voice: Voice, description: Description) -> list[Finding]:
    if voice.rule.only_if != "not_traceable":
        return []
    said = gettext_noop("The weapon could be traced by its marks before: no further mark is due.")
    found = [voice.says("met", "mark", said)]
    if not any(is_overt(mark) for mark in description.marks or ()):
        said = gettext_noop("The weapon is said to be traceable, but no mark is described that it could be traced by.")
        found.append(voice.says("advice", "traceable_before", said))
    return found


def _condition_open(voice: Voice) -> Finding:
    return voice.says(
        "unknown",
        "traceable_before",
        gettext_noop(
            "The mark is due unless the weapon could be traced before; the description does not say whether it could."
        ),
    )


def _no_components(voice: Voice) -> Finding:
    return voice.says(
        "unknown",
        "components",
        gettext_noop("Each component of a kind must bear the mark, but the description names no frame or receiver."),
    )


def is_one_part(profile: Profile, rule: Rule) -> bool:
    """Whether the component named alone counts, and no other that might be the weapon."""
    return profile.identity == "one_part" or rule.names_control


def _no_control(voice: Voice) -> Finding:
    return voice.says(
        "unknown",
        "control_component",
        gettext_noop(
            "Several components could stand for the weapon, and neither the maker nor the State has named one."
        ),
    )


def _has_frame(requirement: Requirement, found: Sequence[Outcome], description: Description) -> bool:
    if "frame" not in requirement.components or places.is_tube(description):
        return True
    return any(outcome.place.name in FRAMES for outcome in found)


def _of_outcome(voice: Voice, outcome: Outcome, description: Description) -> Iterator[Finding]:
    name = outcome.place.name
    match outcome.state:
        case "met":
            best, quality = _of_best(voice, outcome, voice.rule.requires, description)
            yield voice.says(
                "met", "mark", gettext_noop("The mark is there, with every element required."), _stands_on(best, name)
            )
            yield from quality
        case "undescribed":
            yield voice.says(
                "unknown",
                "elements",
                gettext_noop("A mark is there, but what it says or where it stands is not described."),
                name,
            )
        case "elsewhere":
            yield _misplaced(voice, outcome, description)
        case "covert":
            yield voice.says(
                "refused",
                "layer",
                gettext_noop(
                    "A covert mark is a supplement and never the mark itself: nobody can see it without aids."
                ),
                outcome.where,
            )
        case _:
            yield from _missing(voice, outcome, description)


def _stands_on(marks: Sequence[Mark], name: str | None) -> str | None:
    stands = {mark.component for mark in marks if mark.component}
    return name if name in stands else min(stands, default=name)


def _misplaced(voice: Voice, outcome: Outcome, description: Description) -> Finding:
    if outcome.where in places.TUBES and places.may_be_tube(description):
        return voice.says(
            "unknown",
            "kind",
            gettext_noop(
                "The unique mark stands on %(where)s: right on a launcher or mortar, wrong on a weapon with a frame or"
                " receiver. The description does not say which it is."
            ),
            outcome.where,
            where=outcome.where or "?",
        )
    return voice.says(
        "refused",
        "component",
        gettext_noop(
            "The unique mark stands on %(where)s alone, which can be exchanged: it belongs on %(needed)s, the component without"
            " which the weapon is none."
        ),
        outcome.where,
        where=outcome.where or "?",
        needed=outcome.place.name or "frame or receiver",
    )


def _missing(voice: Voice, outcome: Outcome, description: Description) -> Iterator[Finding]:
    name = outcome.place.name
    if voice.rule.open_without_mark:
        yield voice.says(
            "unknown",
            "certificate",
            gettext_noop("There is no mark; a certificate or record of the authority does as well."),
        )
        return
    if _enough_if_small(voice.rule, outcome, description):
        yield from _small(voice, outcome, description)
        return
    lacking = [one for one in outcome.lacking if not _year_in_serial(voice.rule, one, outcome.marks)]
    if outcome.lacking and not lacking:
        yield voice.says("met", "mark", gettext_noop("The mark is there; its serial number tells the year."), name)
        yield from _quality(voice, outcome.marks, description)
        return
    if not outcome.marks or not lacking:
        yield voice.says(
            "missing", "mark", gettext_noop("The mark is missing: %(title)s."), name, title=Sentence(voice.rule.title)
        )
    for element in lacking:
        yield voice.says(
            "missing",
            element.split("|")[0],
            gettext_noop("The mark does not give: %(element)s."),
            name,
            element=element.replace("|", " / "),
        )


def _year_in_serial(rule: Rule, element: str, marks: Sequence[Mark]) -> bool:
    if element != "year" or not rule.year_may_be_in_serial:
        return False
    serials = [told(mark).get("serial", "") for mark in marks]
    return any(serial[at : at + 2] in ("19", "20") and serial[at : at + 4].isdigit() and len(serial[at : at + 4]) == 4
               for serial in serials for at in range(len(serial)))  # fmt: skip


def _enough_if_small(rule: Rule, outcome: Outcome, description: Description) -> bool:
    """Whether the little that is there would do on a component too small for more; never on a frame or receiver."""
    if not rule.small_components or outcome.place.name in FRAMES:
        return False
    part = places.part_of(description, outcome.place.name)
    if part is not None and part.too_small is False:
        return False
    return bool(_meeting(outcome.marks, rule.small_components))


def _small(voice: Voice, outcome: Outcome, description: Description) -> Iterator[Finding]:
    name = outcome.place.name
    yield voice.says("met", "mark", gettext_noop("The component bears a serial number or code."), name)
    part = places.part_of(description, name)
    if part is None or part.too_small is None:
        yield voice.says(
            "advice",
            "too_small",
            gettext_noop(
                "A serial number alone is enough only on a component too small for the whole mark: confirm that it is."
            ),
            name,
        )
    yield from _quality(voice, outcome.marks, description)


def _of_standing(voice: Voice, unless: Requirement, description: Description) -> Iterator[Finding]:
    """A standing mark that would have done, were it not on a component that does not count."""
    for outcome in outcomes(unless, description):
        if outcome.state == "elsewhere":
            yield _misplaced(voice, outcome, description)
        elif outcome.state == "undescribed":
            yield voice.says(
                "unknown",
                "elements",
                gettext_noop("A mark is there, but what it says or where it stands is not described."),
            )


def _beside(voice: Voice, description: Description, found: Sequence[Outcome]) -> Iterator[Finding]:
    """What is encouraged, designated, or may be told in another way."""
    rule = voice.rule
    marks = [mark for mark in description.marks or () if is_overt(mark) and _may_count(mark, rule.requires)]
    used = [mark for outcome in found for mark in outcome.marks]
    for element in rule.encouraged:
        if not any(_shows(mark, element) for mark in marks):
            yield voice.says(
                "advice", element, gettext_noop("Encouraged, but not given: %(element)s."), element=element
            )
    for element in rule.if_designated:
        given = getattr(description.weapon, element, None) if description.weapon else None
        if given and not any(_shows(mark, element) for mark in marks):
            yield voice.says(
                "missing",
                element,
                gettext_noop("The weapon has a designation which the mark does not give: %(element)s."),
                element=element,
            )
    for element in rule.doubtful:
        if not any(_shows(mark, element) for mark in marks):
            yield voice.says(
                "advice",
                element.split("|")[0],
                gettext_noop("Check that the mark gives %(element)s; the description does not say so."),
                element=element.replace("|", " / "),
            )
    if rule.country_code:
        yield from _country_codes(voice, used)
    if rule.unique and description.weapon and description.weapon.duplicate_serial:
        yield voice.says(
            "advice", "serial", gettext_noop("Another weapon bears this number already: give a number once.")
        )


def _halves(voice: Voice, description: Description, found: Sequence[Outcome]) -> Iterator[Finding]:
    """Where one part is the weapon in law and it comes in halves, each half bears the one number (27 CFR 478.92(a))."""
    if voice.profile.identity != "one_part" or voice.rule.requires.where != "structural":
        return
    for outcome in found:
        for component in {mark.component for mark in outcome.marks if outcome.state == "met" and mark.component}:
            numbers = [number for mark in outcome.marks if mark.component == component if (number := _serial(mark))]
            if len(set(numbers)) > 1 and places.count(description, component) > 1:
                yield voice.says(
                    "refused",
                    "serial",
                    gettext_noop("The halves bear different numbers: each bears the same."),
                    component,
                )
            elif len(numbers) < places.count(description, component):
                yield voice.says(
                    "missing",
                    "serial",
                    gettext_noop("%(marked)s of %(halves)s halves bear the number: each bears the same."),
                    component,
                    marked=str(len(numbers)),
                    halves=str(places.count(description, component)),
                )


def bearing(rule: Rule, description: Description, component: str) -> int:
    """How many marks on a component give a number and count under a rule."""
    marks = [mark for mark in description.marks or () if mark.component == component]
    return sum(is_overt(mark) and _may_count(mark, rule.requires) and bool(_serial(mark)) for mark in marks)


def _serial(mark: Mark) -> str:
    return told(mark).get("serial", "").strip()


def _off_control(voice: Voice, description: Description, found: Sequence[Outcome]) -> Iterator[Finding]:
    """A unique mark on a structural component that is not the one the maker names (A/70/115, para. 21)."""
    named = description.weapon.control_component if description.weapon else None
    if named is None or voice.rule.requires.where != "structural":
        return
    stands = {mark.component for outcome in found for mark in outcome.marks}
    if named not in stands and named in places.structural(description):
        yield voice.says(
            "advice",
            "component",
            gettext_noop("The mark does not stand on the control component the maker names: %(named)s."),
            min(component or "" for component in stands),
            named=named,
        )


def _country_codes(voice: Voice, marks: Iterable[Mark]) -> Iterator[Finding]:
    for mark in marks:
        country = told(mark).get("country", "")
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            yield voice.says(
                "advice",
                "country",
                gettext_noop("The country is best given by its two letters of ISO 3166-1."),
                mark.component,
            )


def _of_best(
    voice: Voice, outcome: Outcome, requirement: Requirement, description: Description
) -> tuple[list[Mark], list[Finding]]:
    """Of the marks that would do, those that do best, and what is said of them.

    Marks without fault are tried first, then those of which something is unknown, then all: what stands beside a good mark
    never spoils it.
    """
    judged = [(mark, list(_quality(voice, [mark], description))) for mark in outcome.marks]
    judged.sort(key=lambda one: _faults(one[1]))
    chosen: Sequence[Mark] = ()
    for worst in ("met", "unknown", "refused"):
        marks = [mark for mark, findings in judged if _WORSE.index(_worst(findings)) <= _WORSE.index(worst)]
        if chosen := _meeting(marks, requirement.elements):
            break
    if any(_is_whole(chosen[0], elements) for elements in requirement.elements):
        chosen = chosen[:1]
    wanted = {id(mark) for mark in chosen}
    return list(chosen), [one for mark, findings in judged if id(mark) in wanted for one in findings]


_WORSE = ("met", "unknown", "refused")


def _worst(findings: Sequence[Finding]) -> str:
    verdicts = {finding.verdict for finding in findings}
    return next((one for one in reversed(_WORSE) if one in verdicts), "met")


def _faults(findings: Sequence[Finding]) -> tuple[int, int]:
    verdicts = [finding.verdict for finding in findings]
    return verdicts.count("refused"), verdicts.count("unknown")


def _quality(voice: Voice, marks: Iterable[Mark], description: Description) -> Iterator[Finding]:
    """Size, depth, alphabet, order and carrier of the marks that meet a rule."""
    for mark in marks:
        yield from _sizes(voice, mark, description)
        yield from _script(voice, mark)
        yield from _order(voice, mark)
        yield from _carrier(voice, mark, description)
        yield from _durability(voice, mark, description)


def _sizes(voice: Voice, mark: Mark, description: Description) -> Iterator[Finding]:
    part = places.part_of(description, mark.component)
    rule = voice.rule
    if rule.min_height and not (part and part.too_small and mark.component not in FRAMES):
        yield _size(voice, mark, "height_mm", mark.height_mm, rule.min_height)
    if rule.min_depth:
        yield _size(voice, mark, "depth_mm", mark.depth_mm, rule.min_depth)


def _size(voice: Voice, mark: Mark, attribute: str, given: float | None, least: Length) -> Finding:
    if given is None:
        return voice.says(
            "unknown",
            attribute,
            gettext_noop("Must be at least %(least)s; the description does not give it."),
            mark.component,
            least=str(least),
        )
    # The decimal as written, not its binary neighbour: 1.6 is 1.6.
    if Fraction(repr(given)) < least.mm:
        return voice.says(
            "refused",
            attribute,
            gettext_noop("%(given)s mm is less than %(least)s (%(mm)s mm)."),
            mark.component,
            given=f"{given:g}",
            least=str(least),
            mm=f"{float(least.mm):g}",
        )
    return voice.says(
        "met",
        attribute,
        gettext_noop("%(given)s mm is at least %(least)s."),
        mark.component,
        given=f"{given:g}",
        least=str(least),
    )


def _script(voice: Voice, mark: Mark) -> Iterator[Finding]:
    rule = voice.rule
    written = (mark.text or "") + "".join(told(mark).values())
    if letter := foreign_letter(written, rule):
        yield voice.says(
            "refused",
            "alphabet",
            gettext_noop("%(letter)s is not of an alphabet allowed: %(allowed)s."),
            mark.component,
            letter=letter,
            allowed=", ".join(rule.alphabets),
        )
    if digit := foreign_digit(written, rule):
        yield voice.says(
            "refused",
            "numerals",
            gettext_noop("%(digit)s is not of the numerals allowed: %(allowed)s."),
            mark.component,
            digit=digit,
            allowed=", ".join(rule.numerals),
        )


def _order(voice: Voice, mark: Mark) -> Iterator[Finding]:
    """Whether the elements stand in the order the rule gives, as far as the text shows where each is."""
    text = mark.text or ""
    found = [text.find(shown) for name in voice.rule.order if (shown := told(mark).get(name, "").strip())]
    stands = [at for at in found if at >= 0]
    if stands != sorted(stands):
        yield voice.says(
            "advice",
            "order",
            gettext_noop("The elements are best given in this order: %(order)s."),
            mark.component,
            order=", ".join(voice.rule.order),
        )


def foreign_letter(text: str, rule: Rule) -> str | None:
    """The first letter that is of no alphabet the rule allows."""
    wanted = tuple(alphabet.upper() for alphabet in rule.alphabets)
    if not wanted:
        return None
    return next((char for char in text if char.isalpha() and not unicodedata.name(char, "").startswith(wanted)), None)


def foreign_digit(text: str, rule: Rule) -> str | None:
    """The first digit that is neither Arabic nor Roman, where the rule names numerals."""
    if not rule.numerals:
        return None
    return next((char for char in text if _is_foreign_digit(char)), None)


def _is_foreign_digit(char: str) -> bool:
    # Roman numerals are letters of the Latin alphabet, or numbers of their own name.
    is_number = unicodedata.category(char) in ("Nd", "No", "Nl") and not char.isascii()
    return is_number and "ROMAN NUMERAL" not in unicodedata.name(char, "")


def _carrier(voice: Voice, mark: Mark, description: Description) -> Iterator[Finding]:
    part = places.part_of(description, mark.component)
    if mark.carrier == "plate":
        yield from _plate(voice, mark, part.plate if part else None)
    elif mark.component in FRAMES and voice.rule.non_metallic != "silent":
        yield from _non_metallic(voice, mark, part.material if part else None)


def _durability(voice: Voice, mark: Mark, description: Description) -> Iterator[Finding]:
    part = places.part_of(description, mark.component)
    if not voice.rule.durable or mark.method is None or part is None:
        return
    rated = methods.rating(mark.method, "steel" if mark.carrier == "plate" else part.material)
    if rated is not None and rated.durability == "poor":
        yield voice.says(
            "advice",
            "method",
            gettext_noop(
                "%(method)s does not last on this material: plan an inspection, or another method. Source: %(basis)s."
            ),
            mark.component,
            method=mark.method,
            basis=rated.source,
        )


def _plate(voice: Voice, mark: Mark, plate: Plate | None) -> Iterator[Finding]:
    rule = voice.rule
    if rule.removable_plate == "silent":
        return
    plate = plate or Plate()
    fixed = (plate.embedded, plate.removal_destroys)
    if False in fixed:
        yield voice.says(
            "refused" if rule.removable_plate == "refused" else "advice",
            "carrier",
            gettext_noop("The plate can be removed without destroying the frame: whoever removes it removes the mark."),
            mark.component,
        )
    elif None in fixed and rule.removable_plate == "refused":
        yield voice.says(
            "unknown",
            "carrier",
            gettext_noop(
                "The plate must be embedded so that its removal destroys part of the frame; the description does not say so."
            ),
            mark.component,
        )
    if plate.metal is not True and rule.non_metallic == "plate":
        yield voice.says(
            "unknown" if plate.metal is None else "refused",
            "plate",
            gettext_noop("The plate must be of metal."),
            mark.component,
        )


def _non_metallic(voice: Voice, mark: Mark, material: str | None) -> Iterator[Finding]:
    demanded = voice.rule.non_metallic == "plate"
    if material == "polymer" and demanded:
        yield voice.says(
            "refused",
            "carrier",
            gettext_noop(
                "The frame is not of metal: the mark belongs on a metal plate embedded in it, unless the State allows another"
                " technique of equal clarity and permanence."
            ),
            mark.component,
        )
    elif material == "polymer":
        yield voice.says(
            "advice",
            "carrier",
            gettext_noop(
                "Marks cut into polymer wear and are hard to recover: prefer a metal plate embedded in the frame."
            ),
            mark.component,
        )
    elif material in (None, "other") and demanded:
        yield voice.says(
            "unknown",
            "material",
            gettext_noop(
                "Whether the frame is of metal decides where the mark belongs; its material is not described."
            ),
            mark.component,
        )
