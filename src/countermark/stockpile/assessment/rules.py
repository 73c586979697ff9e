"""How answers become scores. Pure."""

from collections.abc import Iterable, Mapping

from countermark.stockpile.assessment.elements import ELEMENTS, ITEMS, Element

ANSWERS = ("yes", "partly", "no", "na")
"""`na`: does not apply to this site (no portable air defence systems there, say)."""
POINTS = {"yes": 2, "partly": 1, "no": 0}
CRITICAL_WEIGHT = 2
CEILING = 49
"""No element scores above this while a critical question of it is answered no: a good fence does not make up for a missing lock."""
RISK_MOST = 5


def score(element: Element, answers: Mapping[str, str]) -> int | None:
    """0 to 100 of what applies, critical questions counting twice, rounded down; None where nothing applies."""
    asked = [(item, answers[item.key]) for item in element.items if answers[item.key] != "na"]
    if not asked:
        return None
    weights = [(CRITICAL_WEIGHT if item.critical else 1, POINTS[answer]) for item, answer in asked]
    reached = sum(weight * points for weight, points in weights)
    of = sum(weight * POINTS["yes"] for weight, _points in weights)
    whole = 100 * reached // of
    failed = any(item.critical and answer == "no" for item, answer in asked)
    return min(whole, CEILING) if failed else whole


def scores(answers: Mapping[str, str]) -> dict[str, int]:
    """The score of each element something of which applies."""
    found = {element.key: score(element, answers) for element in ELEMENTS}
    return {key: value for key, value in found.items() if value is not None}


def overall(by_element: Mapping[str, int]) -> int | None:
    """A site is as secure as its weakest element; None where nothing applies."""
    return min(by_element.values(), default=None)


def gaps(answers: Mapping[str, str]) -> list[str]:
    """The questions answered no: each is put right by somebody by a day."""
    return [key for key in ITEMS if answers[key] == "no"]


def wrong(answers: Mapping[str, str]) -> str:
    """The first question without an answer, or with one there is not; empty where all is well. Nothing is passed over in silence."""
    return next((key for key in ITEMS if answers.get(key) not in ANSWERS), "") or _unknown(answers)


def _unknown(answers: Iterable[str]) -> str:
    return next((key for key in answers if key not in ITEMS), "")


def risk(threat: int, vulnerability: int, consequence: int) -> int:
    """The product of the three, each 1 to 5 (norms 4.3): 1 to 125."""
    return threat * vulnerability * consequence
