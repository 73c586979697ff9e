"""The official ruleset (`standard.json`) read by an interpreter of its own, to judge ours by: XPath over the tree, rule by rule.

Rules about whether an identifier is in the register of publishers (`idCondition`) are asked of every identifier, as ours are; the one that
needs the list of agencies is left out.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.cooperation.iati.standard import OPEN

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Broken = Iterator[str]


def broken(root: Any, now: datetime) -> set[tuple[str, str]]:
    """The rules a tree breaks: (number, identifier of the activity)."""
    rules = json.loads((OPEN / "rulesets" / "standard.json").read_text())
    found = set()
    for context, kinds in rules.items():
        for element in root.xpath(context):
            item = element.xpath("ancestor-or-self::iati-activity | ancestor-or-self::iati-organisation")[0]
            key = (item.findtext("iati-identifier") or item.findtext("organisation-identifier") or "").strip()
            for kind, told in kinds.items():
                for case in told["cases"]:
                    found |= {(number, key) for number in _Case(element, now).broken(kind, case)}
    return found


class _Case:
    def __init__(self, element: Any, now: datetime) -> None:
        self.element, self.now = element, now

    def broken(self, kind: str, case: dict[str, Any]) -> Broken:
        if kind == "loop":
            yield from self.loop(case)
            return
        if "ORG-ID-PREFIX" in case.get("prefix", ()):
            return
        if "condition" in case and not self.element.xpath(f"boolean({case['condition']})"):
            return
        check: Callable[[dict[str, Any]], bool] = getattr(self, kind)
        if not check(case):
            yield case["ruleInfo"]["id"]

    def loop(self, case: dict[str, Any]) -> Broken:
        for value in dict.fromkeys(self.element.xpath(case["foreach"])):
            for kind, told in case["do"].items():
                for inner in told["cases"]:
                    yield from self.broken(kind, _put(inner, str(value)))

    def found(self, paths: list[str]) -> list[Any]:
        return [one for path in paths for one in self.element.xpath(path)]

    def values(self, paths: list[str]) -> list[str]:
        return [_text(one) for one in self.found(paths)]

    def unique(self, case: dict[str, Any]) -> bool:
        values = self.values(case["paths"])
        return len(values) == len(set(values))

    def startswith(self, case: dict[str, Any]) -> bool:
        prefixes = [f"{one}{case['separator']}" for one in self.values(case["prefix"])]
        return all(any(value.startswith(one) for one in prefixes) for value in self.values(case["paths"]))

    def atleast_one(self, case: dict[str, Any]) -> bool:
        return bool(self.found(case["paths"]))

    def no_more_than_one(self, case: dict[str, Any]) -> bool:
        return len(self.found(case["paths"])) <= 1

    def one_or_all(self, case: dict[str, Any]) -> bool:
        if self.element.xpath(case["one"]):
            return True
        match case["all"]:
            case "lang":
                return all(one.get(LANG) is not None for one in self.element.iter("narrative"))
            case "currency":
                money = self.element.iter("value", "forecast", "loan-status")
                return all(one.get("currency") is not None for one in money)
            case tag:
                return all(one.find(tag) is not None for one in self.element.findall("transaction"))

    def date_now(self, case: dict[str, Any]) -> bool:
        moments = [_moment(one) for one in self.values([case["date"]])]
        return all(one is None or one <= self.now for one in moments)

    def date_order(self, case: dict[str, Any]) -> bool:
        less = self.days(case["less"])
        more = [self.now.date()] if case["more"] == "NOW" else self.days(case["more"])
        return all(one <= other for one in less for other in more)

    def days(self, path: str) -> list[date]:
        return [day for day in map(_day, self.values([path])) if day is not None]

    def time_limit(self, case: dict[str, Any]) -> bool:
        for start in self.days(case["start"]):
            for end in self.days(case["end"]):
                leap = (start.month, start.day) == (2, 29)
                limit = date(start.year + 1, 3, 1) if leap else start.replace(year=start.year + 1)
                if end > limit:
                    return False
        return True

    def between_dates(self, case: dict[str, Any]) -> bool:
        starts, ends = self.days(case["start"]), self.days(case["end"])
        return all(
            all(start <= one for start in starts) and all(one <= end for end in ends) for one in self.days(case["date"])
        )

    def regex_matches(self, case: dict[str, Any]) -> bool:
        return all(re.search(case["regex"], value) for value in self.values(case["paths"]))

    def no_spaces(self, case: dict[str, Any]) -> bool:
        return all(value == value.strip() for value in self.values(case["paths"]))

    def strict_sum(self, case: dict[str, Any]) -> bool:
        numbers = [_number(one) for one in self.values(case["paths"])]
        return sum(one for one in numbers if one is not None) == Decimal(case["sum"])

    def range(self, case: dict[str, Any]) -> bool:
        numbers = [_number(one) for one in self.values(case["paths"])]
        low, high = Decimal(case["min"]), Decimal(case["max"])
        return all(one is None or low <= one <= high for one in numbers)

    def if_then(self, case: dict[str, Any]) -> bool:
        if not self.element.xpath(f"boolean({case['if']})"):
            return True
        return bool(self.element.xpath(f"boolean({case['then']})"))


def _put(value: Any, inner: str) -> Any:
    if isinstance(value, dict):
        return {key: _put(one, inner) for key, one in value.items()}
    if isinstance(value, list):
        return [_put(one, inner) for one in value]
    return value.replace("$1", inner) if isinstance(value, str) else value


def _text(found: Any) -> str:
    return str(found) if isinstance(found, str) else found.text or ""


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
