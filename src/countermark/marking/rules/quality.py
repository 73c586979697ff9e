"""How well a mark that is there meets a rule: its size and depth, script, order, carrier and method. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator
from fractions import Fraction

from countermark.ledger.vocabulary import gettext_noop
from countermark.marking import methods
from countermark.marking.description import Description, Mark, Plate
from countermark.marking.profiles import Length, Rule
from countermark.marking.rules import places
from countermark.marking.rules.findings import Finding, Voice
from countermark.marking.rules.outcomes import told
from countermark.marking.rules.places import FRAMES


def of_marks(voice: Voice, marks: Iterable[Mark], description: Description) -> Iterator[Finding]:
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
    if rule.min_depth and rule.min_depth_from:
        yield _new_depth(voice, mark, description, rule.min_depth, rule.min_depth_from.isoformat())
    elif rule.min_depth:
        yield _size(voice, mark, "depth_mm", mark.depth_mm, rule.min_depth)


def _new_depth(voice: Voice, mark: Mark, description: Description, least: Length, day: str) -> Finding:
    """A depth demanded only of what is first placed on the market from a day on: what may be older is advised."""
    found = _size(voice, mark, "depth_mm", mark.depth_mm, least)
    if found.verdict == "met" or (found.verdict == "refused" and not _made_before(mark, description, int(day[:4]))):
        return found
    return voice.says(
        "advice",
        "depth_mm",
        gettext_noop("Must be at least %(least)s deep on what is first placed on the market from %(day)s on."),
        mark.component,
        least=str(least),
        day=day,
    )


def _made_before(mark: Mark, description: Description, year: int) -> bool:
    """Whether the weapon is told to be of an earlier year."""
    weapon_year = description.weapon.year if description.weapon else None
    written = told(mark).get("year", "")
    made = weapon_year or (int(written) if written.isdecimal() and len(written) == 4 else None)
    return made is not None and made < year


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
