"""Holding marks against a rule: pure, no clock, nothing from outside.

`outcomes` says which marks meet a requirement, `quality` how well; here a rule speaks.
"""

from collections.abc import Iterable, Iterator, Sequence

from countermark.ledger.vocabulary import gettext_noop
from countermark.marking.description import Description, Mark
from countermark.marking.profiles import Profile, Requirement, Rule
from countermark.marking.rules import places, quality
from countermark.marking.rules.findings import Finding, Voice
from countermark.marking.rules.outcomes import (
    Outcome,
    is_met,
    is_overt,
    is_whole,
    may_count,
    meeting,
    outcomes,
    shows,
    told,
)
from countermark.marking.rules.places import FRAMES
from countermark.marks.sentences import Sentence


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
        yield from quality.of_marks(voice, outcome.marks, description)
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
    return bool(meeting(outcome.marks, rule.small_components))


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
    yield from quality.of_marks(voice, outcome.marks, description)


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
    marks = [mark for mark in description.marks or () if is_overt(mark) and may_count(mark, rule.requires)]
    used = [mark for outcome in found for mark in outcome.marks]
    for element in rule.encouraged:
        if not any(shows(mark, element) for mark in marks):
            yield voice.says(
                "advice", element, gettext_noop("Encouraged, but not given: %(element)s."), element=element
            )
    for element in rule.if_designated:
        given = getattr(description.weapon, element, None) if description.weapon else None
        if given and not any(shows(mark, element) for mark in marks):
            yield voice.says(
                "missing",
                element,
                gettext_noop("The weapon has a designation which the mark does not give: %(element)s."),
                element=element,
            )
    for element in rule.doubtful:
        if not any(shows(mark, element) for mark in marks):
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
    return sum(is_overt(mark) and may_count(mark, rule.requires) and bool(_serial(mark)) for mark in marks)


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
    judged = [(mark, list(quality.of_marks(voice, [mark], description))) for mark in outcome.marks]
    judged.sort(key=lambda one: _faults(one[1]))
    chosen: Sequence[Mark] = ()
    for worst in ("met", "unknown", "refused"):
        marks = [mark for mark, findings in judged if _WORSE.index(_worst(findings)) <= _WORSE.index(worst)]
        if chosen := meeting(marks, requirement.elements):
            break
    if any(is_whole(chosen[0], elements) for elements in requirement.elements):
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
