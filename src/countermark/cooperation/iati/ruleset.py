"""The rules of the standard's ruleset (version 2.03), in our own words and code, by the numbers the standard gives them.

Not here: what needs the standard's register of publishers. 1.14.8/1.18.8 (does an organisation's identifier begin with an approved
registration agency?) is asked where the official list of agencies is at hand; the rules against `/ & | ?` in identifiers are asked of every
identifier, since nobody here knows which of them the register holds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from lxml import etree

from countermark.cooperation.iati.codes import OURS, PLACES, Lists, Where
from countermark.cooperation.iati.findings import Finding, Severity
from countermark.cooperation.iati.reading import Read
from countermark.cooperation.iati.shape import LANG, Xml, line_of, path
from countermark.marks.sentences import Sentence


@dataclass(frozen=True)
class Rule:
    severity: Severity
    message: Sentence


def _e(message: Sentence) -> Rule:
    return Rule("error", message)


def _w(message: Sentence) -> Rule:
    return Rule("warning", message)


_CENT = Sentence("percentages of one vocabulary add up to 100")
_EACH = Sentence("where there are several of one vocabulary, each has a percentage")
_ONE = Sentence("where there is one of a vocabulary, its percentage is left out or 100")
_RANGE = Sentence("a percentage is between 0 and 100")
_PERIOD = Sentence("a period begins before it ends")
_YEAR = Sentence("a budget covers at most a year")
_SPACE = Sentence("an identifier has no space before or after it")
_SIGNS = Sentence("an identifier has none of / & | ?")
_PLACE = Sentence("a country or region is named for the activity or for every transaction")
_NAMED = Sentence("an organisation has an identifier or a name")

RULES: dict[str, Rule] = {
    "1.1.3": _e(Sentence("the identifier of an activity is not that of the organisation that reports it")),
    "1.1.21": _w(Sentence("the identifier of an activity begins with the identifier of who reports it, and a hyphen")),
    "1.14.8": _w(Sentence("the identifier of who reports begins with an approved registration agency")),
    "1.18.8": _w(Sentence("the identifier of who reports begins with an approved registration agency")),
    "1.3.1": _w(_SPACE), "1.4.1": _w(_SPACE), "1.5.1": _w(_SPACE), "1.6.1": _w(_SPACE), "1.7.1": _w(_SPACE),
    "1.8.1": _w(_SPACE), "1.9.1": _w(_SPACE), "1.10.1": _w(_SPACE), "1.11.1": _w(_SPACE), "1.12.1": _w(_SPACE),
    "1.14.1": _w(_SPACE), "1.15.1": _w(_SPACE), "1.16.1": _w(_SPACE), "1.17.1": _w(_SPACE), "1.18.1": _w(_SPACE),
    "1.3.13": _w(_SIGNS), "1.8.13": _w(_SIGNS), "1.10.13": _w(_SIGNS), "1.11.13": _w(_SIGNS), "1.12.13": _w(_SIGNS),
    "1.14.13": _w(_SIGNS), "1.15.13": _w(_SIGNS), "1.18.13": _w(_SIGNS),
    "2.1.1": _e(_EACH), "2.1.2": _e(_CENT), "2.1.4": _e(_ONE),
    "2.2.1": _e(Sentence("a sector of the publisher's own (vocabulary 98 or 99) has a text")),
    "102.1.1": _w(Sentence("where sectors are named, one is of the DAC (vocabulary 1)")),
    "3.1.1": _e(_EACH), "3.1.2": _e(_CENT), "3.1.4": _e(_ONE), "3.4.1": _e(_EACH), "3.4.2": _e(_CENT), "3.4.4": _e(_ONE),
    "3.6.2": _e(Sentence("countries and regions are named for the activity or for its transactions, not both")),
    "3.7.1": _e(_PLACE), "3.7.2": _e(_PLACE),
    "4.1.1": _e(Sentence("the activity names its language, or every text does")),
    "4.5.1": _e(Sentence("the organisation names its language, or every text does")),
    "4.3.1": _e(Sentence("a title says something")), "4.4.1": _e(Sentence("a description says something")),
    "6.2.2": _e(Sentence("a sector is named for the activity or for its transactions")),
    "6.6.2": _e(Sentence("sectors are named for the activity or for its transactions, not both")),
    "6.7.2": _e(Sentence("where the activity names no sector, every transaction does")),
    "6.8.1": _e(_NAMED), "6.9.1": _e(_NAMED), "6.9.2": _e(_NAMED), "6.10.1": _e(_NAMED),
    "6.11.1": _e(Sentence("an activity has a planned or an actual start")),
    "6.13.1": _e(Sentence("a policy marker of the publisher's own (vocabulary 99) has a text")),
    "6.14.1": _e(Sentence("a policy marker of the DAC (vocabulary 1) has a significance")),
    "7.5.3": _e(_YEAR),
    "7.8.1": _e(Sentence("the activity names its currency, or every amount does")),
    "7.8.2": _e(Sentence("the organisation names its currency, or every amount does")),
    "7.9.1": _w(_EACH), "7.9.2": _w(_CENT), "7.9.4": _w(_ONE),
    "8.6.1": _e(_PERIOD), "8.6.3": _e(_PERIOD),
    "8.8.1": _e(Sentence("the baseline of a measured indicator has a value")),
    "8.8.2": _w(Sentence("the baseline of a measured indicator is a number")),
    "8.8.3": _w(Sentence("the baseline of a qualitative indicator has no value")),
    "8.9.1": _e(Sentence("the target of a measured indicator has a value")),
    "8.9.2": _w(Sentence("the target of a measured indicator is a number")),
    "8.9.3": _w(Sentence("the target of a qualitative indicator has no value")),
    "8.10.1": _e(Sentence("what was reached on a measured indicator has a value")),
    "8.10.2": _w(Sentence("what was reached on a measured indicator is a number")),
    "8.10.3": _w(Sentence("what was reached on a qualitative indicator has no value")),
    "8.11.1": _e(Sentence("a reference is made by the result or by its indicator, not both")),
    "11.1.1": _e(Sentence("the last update of the activity is not in the future")),
    "11.4.1": _e(Sentence("the last update of the organisation is not in the future")),
    "11.1.2": _e(Sentence("the planned start is before the planned end")),
    "11.1.3": _e(Sentence("the actual start is before the actual end")),
    "11.1.4": _e(Sentence("the actual start is not in the future")),
    "11.1.5": _e(Sentence("the actual end is not in the future")),
    "11.2.1": _e(Sentence("a transaction is not in the future")),
    "11.2.2": _e(Sentence("the value of a transaction is not dated in the future")),
    "11.3.1": _e(Sentence("a line of a budget is dated within its period")),
    "12.1.1": _e(_RANGE), "12.2.1": _e(_RANGE), "12.3.1": _e(_RANGE),
    "107.1.1": _w(Sentence("where aid types are named, one is of the DAC (vocabulary 1)")),
    "107.1.2": _w(Sentence("an activity has one default aid type of each vocabulary")),
    "107.2.1": _w(Sentence("where aid types are named for transactions, one is of the DAC (vocabulary 1)")),
    "107.2.2": _w(Sentence("a transaction has one aid type of each vocabulary")),
}  # fmt: skip

Broken = Iterator[tuple[str, Xml]]
"""The number of a rule, and the element to look at."""

FORBIDDEN = frozenset("/&|?")
MEASURED = frozenset("1234")


def _vocabulary(element: Xml) -> str:
    """The vocabulary an element is in: 1 where it names none."""
    return element.get("vocabulary") or "1"


def _number(text: str | None) -> Decimal | None:
    try:
        found = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _groups(elements: Iterable[Xml]) -> dict[str, list[Xml]]:
    found: dict[str, list[Xml]] = {}
    for one in elements:
        found.setdefault(_vocabulary(one), []).append(one)
    return found


def _shares(elements: Iterable[Xml]) -> list[Decimal]:
    found = (_number(one.get("percentage")) for one in elements)
    return [one for one in found if one is not None]


def _each(elements: list[Xml]) -> bool:
    return all(one.get("percentage") is not None for one in elements)


def _one_is_all(element: Xml) -> bool:
    return element.get("percentage") is None or _number(element.get("percentage")) == 100


# --- identifiers --------------------------------------------------------------------------------------------------


def _text_rules(number: str, element: Xml, text: str | None, *, signs: str = "") -> Broken:
    if text is None:
        return
    if text != text.strip():
        yield number, element
    if signs and (not text or FORBIDDEN & set(text)):
        yield signs, element


def _identifiers(item: Xml) -> Broken:
    identifier = item.find("iati-identifier")
    reporter = item.find("reporting-org")
    own = reporter.get("ref") if reporter is not None else None
    if identifier is not None:
        text = identifier.text or ""
        if text == own:
            yield "1.1.3", identifier
        before = [one.get("ref") for one in item.findall("other-identifier") if one.get("type") == "B1"]
        if not any(text.startswith(f"{ref}-") for ref in [own, *before] if ref is not None):
            yield "1.1.21", identifier
        yield from _text_rules("1.3.1", identifier, text, signs="1.3.13")
    if reporter is not None:
        yield from _text_rules("1.14.1", reporter, own, signs="1.14.13")
    for one in item.findall("other-identifier"):
        number = {"B1": "1.16.1", "A3": "1.6.1"}.get(one.get("type", ""))
        if number:
            yield from _text_rules(number, one, one.get("ref"))
    for one in item.findall("related-activity"):
        yield from _text_rules("1.7.1", one, one.get("ref"))


def _named(element: Xml) -> bool:
    return element.get("ref") is not None or element.find("narrative") is not None


def _organisations_of(item: Xml) -> Broken:
    for one in item.findall("participating-org"):
        if not _named(one):
            yield "6.10.1", one
        yield from _text_rules("1.8.1", one, one.get("ref"), signs="1.8.13")
        yield from _text_rules("1.9.1", one, one.get("activity-id"))
    for one in item.findall("other-identifier/owner-org"):
        if not _named(one):
            yield "6.8.1", one
        yield from _text_rules("1.11.1", one, one.get("ref"), signs="1.11.13")
    for parent in [*item.findall("transaction"), *item.findall("planned-disbursement")]:
        for one in parent.findall("provider-org"):
            if not _named(one):
                yield "6.9.1", one
            yield from _text_rules("1.10.1", one, one.get("ref"), signs="1.10.13")
            yield from _text_rules("1.4.1", one, one.get("provider-activity-id"))
        for one in parent.findall("receiver-org"):
            if not _named(one):
                yield "6.9.2", one
            yield from _text_rules("1.15.1", one, one.get("ref"), signs="1.15.13")
            yield from _text_rules("1.5.1", one, one.get("receiver-activity-id"))


# --- sectors, places, percentages ------------------------------------------------------------------------------------


def _sectors(item: Xml) -> Broken:
    sectors = item.findall("sector")
    for group in _groups(sectors).values():
        if len(group) > 1 and not _each(group):
            yield "2.1.1", group[0]
        if len(group) == 1 and not _one_is_all(group[0]):
            yield "2.1.4", group[0]
    for vocabulary, group in _groups(sectors).items():
        stated = _shares(group)
        # The DAC's own sectors are added up where at least two have a percentage, others where there are at least two.
        if (len(stated) if vocabulary == "1" else len(group)) > 1 and sum(stated) != 100:
            yield "2.1.2", group[0]
    own = [one for one in sectors if one.get("vocabulary") in {"98", "99"}]
    if own and sum(len(one.findall("narrative")) for one in own) < len(own):
        yield "2.2.1", own[0]
    if sectors and not any(_vocabulary(one) == "1" for one in sectors):
        yield "102.1.1", sectors[0]
    yield from _sectors_of_transactions(item, sectors)


def _sectors_of_transactions(item: Xml, sectors: list[Xml]) -> Broken:
    transactions = item.findall("transaction")
    without = [one for one in transactions if one.find("sector") is None]
    if not sectors and len(without) == len(transactions):
        yield "6.2.2", item
    if sectors and len(without) < len(transactions):
        yield "6.6.2", sectors[0]
    if not sectors and without:
        yield "6.7.2", without[0]


def _is_place(parent: Xml) -> bool:
    return parent.find("recipient-country") is not None or parent.find("recipient-region") is not None


def _places(item: Xml) -> Broken:
    countries, regions = item.findall("recipient-country"), item.findall("recipient-region")
    transactions = item.findall("transaction")
    if countries or regions:
        if any(_is_place(one) for one in transactions):
            yield "3.6.2", (countries or regions)[0]
    else:
        if not any(_is_place(one) for one in transactions):
            yield "3.7.1", item
        if without := [one for one in transactions if not _is_place(one)]:
            yield "3.7.2", without[0]
    if countries and not regions:
        yield from _countries(countries)
    yield from _regions(countries, regions)


def _countries(countries: list[Xml]) -> Broken:
    if len(countries) == 1:
        if not _one_is_all(countries[0]):
            yield "3.1.4", countries[0]
        return
    if not _each(countries):
        yield "3.1.1", countries[0]
    if sum(_shares(countries)) != 100:
        yield "3.1.2", countries[0]


def _regions(countries: list[Xml], regions: list[Xml]) -> Broken:
    # The standard asks these of regions that name their vocabulary.
    named = _groups(one for one in regions if one.get("vocabulary"))
    for group in named.values():
        if len(group) > 1 and not _each(group):
            yield "3.4.1", group[0]
        if len(group) == 1 and not countries and not _one_is_all(group[0]):
            yield "3.4.4", group[0]
        if len(group) + len(countries) > 1 and sum(_shares([*group, *countries])) != 100:
            yield "3.4.2", group[0]


def _ranges(item: Xml) -> Broken:
    asked = (
        ("recipient-country", "12.1.1"), ("recipient-region", "12.1.1"), ("sector", "12.3.1"), ("capital-spend", "12.2.1"),
        ("country-budget-items/budget-item", "12.2.1"),
    )  # fmt: skip
    for where, number in asked:
        for one in item.findall(where):
            share = _number(one.get("percentage"))
            if share is not None and not 0 <= share <= 100:
                yield number, one


def _budget_items(item: Xml) -> Broken:
    for group in item.findall("country-budget-items"):
        items = group.findall("budget-item")
        if len(items) == 1 and not _one_is_all(items[0]):
            yield "7.9.4", items[0]
        if len(items) < 2:
            continue
        if not any(one.get("percentage") is not None for one in items):
            yield "7.9.1", group
        if sum(_shares(items)) != 100:
            yield "7.9.2", group


def _aid_types(item: Xml) -> Broken:
    default = item.findall("default-aid-type")
    if default and not any(_vocabulary(one) == "1" for one in default):
        yield "107.1.1", default[0]
    yield from (("107.1.2", group[1]) for group in _groups(default).values() if len(group) > 1)
    each = [transaction.findall("aid-type") for transaction in item.findall("transaction")]
    named = [one for group in each for one in group]
    if named and not any(_vocabulary(one) == "1" for one in named):
        yield "107.2.1", named[0]
    for of_one in each:
        yield from (("107.2.2", group[1]) for group in _groups(of_one).values() if len(group) > 1)


def _markers(item: Xml) -> Broken:
    for one in item.findall("policy-marker"):
        if _vocabulary(one) == "1" and one.get("significance") is None:
            yield "6.14.1", one
        if one.get("vocabulary") == "99" and one.find("narrative") is None:
            yield "6.13.1", one


# --- texts, currencies, dates -----------------------------------------------------------------------------------------


def _texts(item: Xml, language: str, currency: str) -> Broken:
    if item.get(LANG) is None:
        yield from ((language, one) for one in _first(item.iter("narrative"), LANG))
    if item.get("default-currency") is None:
        yield from ((currency, one) for one in _first(item.iter("value", "forecast", "loan-status"), "currency"))
    for tag, number in (("title", "4.3.1"), ("description", "4.4.1")):
        yield from ((number, one) for one in item.iter(tag) if not any(said.text for said in one.findall("narrative")))


def _first(elements: Iterable[Xml], attribute: str) -> list[Xml]:
    """The first element that lacks the attribute."""
    return [one for one in elements if one.get(attribute) is None][:1]


def _dates(item: Xml, today: date) -> Broken:
    said: dict[str, list[Xml]] = {}
    for one in item.findall("activity-date"):
        said.setdefault(one.get("type", ""), []).append(one)
    if not {"1", "2"} & set(said):
        yield "6.11.1", item
    for number, first, last in (("11.1.2", "1", "3"), ("11.1.3", "2", "4")):
        ends = [one.get("iso-date") for one in said.get(last, ())]
        late = (one for one in said.get(first, ()) if any(_later(one.get("iso-date"), end) for end in ends))
        yield from ((number, one) for one in late)
    for number, kind in (("11.1.4", "2"), ("11.1.5", "4")):
        yield from ((number, one) for one in said.get(kind, ()) if _after(one.get("iso-date"), today))
    for transaction in item.findall("transaction"):
        for number, tag, name in (("11.2.1", "transaction-date", "iso-date"), ("11.2.2", "value", "value-date")):
            yield from ((number, one) for one in transaction.findall(tag) if _after(one.get(name), today))


def _later(first: str | None, last: str | None) -> bool:
    start, end = _date(first), _date(last)
    return start is not None and end is not None and start > end


def _after(text: str | None, today: date) -> bool:
    found = _date(text)
    return found is not None and found > today


def _updated(item: Xml, now: datetime, number: str) -> Broken:
    moment = _moment(item.get("last-updated-datetime"))
    if moment is not None and moment > now:
        yield number, item


def _bounds(element: Xml) -> tuple[date | None, date | None]:
    start, end = element.find("period-start"), element.find("period-end")
    return (
        _date(start.get("iso-date")) if start is not None else None,
        _date(end.get("iso-date")) if end is not None else None,
    )


def _year_after(start: date) -> date:
    try:
        return start.replace(year=start.year + 1)
    except ValueError:
        return date(start.year + 1, 3, 1)


def _period(element: Xml, number: str = "8.6.3", *, year: bool = False) -> Broken:
    start, end = _bounds(element)
    if start is None or end is None:
        return
    if start > end:
        yield number, element
    if year and end > _year_after(start):
        yield "7.5.3", element


def _periods(item: Xml) -> Broken:
    for one in item.findall("planned-disbursement"):
        yield from _period(one)
    for one in item.findall("budget"):
        yield from _period(one, year=True)


# --- results ----------------------------------------------------------------------------------------------------------


def _results(item: Xml) -> Broken:
    for indicator in item.findall("result/indicator"):
        result = indicator.getparent()
        if indicator.find("reference") is not None and result is not None and result.find("reference") is not None:
            yield "8.11.1", indicator
        measure = indicator.get("measure", "")
        for where, number in (("baseline", "8.8"), ("period/target", "8.9"), ("period/actual", "8.10")):
            for one in indicator.findall(where):
                yield from _measured(one, measure, number)
        for period in indicator.findall("period"):
            yield from _period(period, "8.6.1")


def _measured(element: Xml, measure: str, number: str) -> Broken:
    value = element.get("value")
    if measure in MEASURED and value is None:
        yield f"{number}.1", element
    elif measure in MEASURED and _number(value) is None:
        yield f"{number}.2", element
    elif measure == "5" and value:
        yield f"{number}.3", element


# --- whole items --------------------------------------------------------------------------------------------------------


def broken_by_activity(item: Xml, now: datetime) -> Broken:
    """The rules an `iati-activity` breaks on a day."""
    yield from _identifiers(item)
    yield from _organisations_of(item)
    yield from _sectors(item)
    yield from _places(item)
    yield from _ranges(item)
    yield from _budget_items(item)
    yield from _aid_types(item)
    yield from _markers(item)
    yield from _texts(item, "4.1.1", "7.8.1")
    yield from _updated(item, now, "11.1.1")
    yield from _dates(item, now.date())
    yield from _periods(item)
    yield from _results(item)


BUDGETS = (
    "total-budget",
    "recipient-org-budget",
    "recipient-region-budget",
    "recipient-country-budget",
    "total-expenditure",
)


def broken_by_organisation(item: Xml, now: datetime) -> Broken:
    """The rules an `iati-organisation` breaks on a day."""
    identifier, reporter = item.find("organisation-identifier"), item.find("reporting-org")
    if identifier is not None:
        yield from _text_rules("1.12.1", identifier, identifier.text or "", signs="1.12.13")
    if reporter is not None:
        yield from _text_rules("1.18.1", reporter, reporter.get("ref"), signs="1.18.13")
    for one in item.findall("recipient-org-budget/recipient-org"):
        yield from _text_rules("1.17.1", one, one.get("ref"))
    yield from _texts(item, "4.5.1", "7.8.2")
    yield from _updated(item, now, "11.4.1")
    for tag in BUDGETS:
        for one in item.findall(tag):
            yield from _period(one, year=True)
    for one in item.findall("recipient-country-budget"):
        yield from _lines_within(one)


def _lines_within(budget: Xml) -> Broken:
    start, end = _bounds(budget)
    for one in budget.findall("budget-line/value"):
        day = _date(one.get("value-date"))
        if day is not None and ((start is not None and day < start) or (end is not None and day > end)):
            yield "11.3.1", one


def _agencies(item: Xml, lists: Lists) -> Broken:
    known = lists.known("OrganisationRegistrationAgency")
    reporter = item.find("reporting-org")
    if known is None or reporter is None or reporter.get("ref") is None:
        return
    ref = reporter.get("ref", "")
    if not any(ref.startswith(f"{agency}-") for agency in known):
        yield "1.14.8" if item.tag == "iati-activity" else "1.18.8", reporter


# --- findings -----------------------------------------------------------------------------------------------------------


def check(read: Read, now: datetime, lists: Lists = OURS) -> list[Finding]:
    """What the ruleset and the code lists say about a file, item by item, each by its line. Nothing is changed."""
    found: list[Finding] = []
    for item in read.root.iterchildren("iati-activity", "iati-organisation"):
        key = (item.findtext("iati-identifier") or item.findtext("organisation-identifier") or "").strip()
        rules = broken_by_activity if item.tag == "iati-activity" else broken_by_organisation
        for number, element in [*rules(item, now), *_agencies(item, lists)]:
            rule = RULES[number]
            found.append(Finding("rule", rule.severity, number, key, line_of(element), path(element), rule.message))
        found += (_code(key, element, where, code) for element, where, code in _strange(item, lists))
    return [*found, *_twice(read.root)]


def _strange(item: Xml, lists: Lists) -> Iterator[tuple[Xml, Where, str]]:
    """Codes that are in none of the lists they should be in."""
    for element in item.iter(etree.Element):
        for where in _BY_ELEMENT.get(str(element.tag), ()):
            code = element.get(where.attribute)
            if code is None or (where.vocabulary is not None and _vocabulary(element) != where.vocabulary):
                continue
            known = lists.known(where.codelist)
            if known is not None and code not in known:
                yield element, where, code
        language = element.get(LANG)
        if language is not None and language.lower() not in _languages(lists):
            yield element, Where("", "xml:lang", "Language"), language


def _languages(lists: Lists) -> frozenset[str]:
    return lists.known("Language") or frozenset()


_BY_ELEMENT: dict[str, list[Where]] = {}
for _where in PLACES:
    _BY_ELEMENT.setdefault(_where.element, []).append(_where)


def _code(activity: str, element: Xml, where: Where, code: str) -> Finding:
    message = Sentence("%(code)s is not in the code list %(list)s", code=repr(code[:40]), list=where.codelist)
    line, at = line_of(element), f"{path(element)}/@{where.attribute}"
    return Finding("code", "error", where.codelist, activity, line, at, message)


def _twice(root: Xml) -> list[Finding]:
    """Identifiers that stand for two items of one file."""
    seen: dict[str, int] = {}
    found = []
    for one in root.iter("iati-identifier", "organisation-identifier"):
        key, line = (one.text or "").strip(), line_of(one)
        if key in seen:
            message = Sentence("line %(line)d has this identifier too", line=seen[key])
            found.append(Finding("structure", "error", "", key, line, path(one), message))
        seen.setdefault(key, line)
    return found
