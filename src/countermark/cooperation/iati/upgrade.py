"""Files of IATI 1.01 to 1.05 as 2.03 says the same: texts become narratives, words become codes, children take their order.

What 2.03 has no place for is not dropped: it stays, in a namespace of its own (`OLD`), where the schema lets anything of others
stand. Nothing is invented: what the old file did not say is missing, and the rules say so. Every change is counted in a finding.
"""

import re
from collections import Counter

from lxml import etree

from countermark.cooperation.iati.findings import Finding
from countermark.cooperation.iati.model import VERSION, Activity, Organisation
from countermark.cooperation.iati.shape import LANG, Element, Node, Text, Via, Xml, attributes, line_of, order, specs
from countermark.marks.sentences import Sentence

OLD = "https://countermark.example/ns/iati-1/"
FIRST = ("1.01", "1.02", "1.03", "1.04", "1.05")
KNOWN = (*FIRST, "2.01", "2.02", "2.03")

ROLES = {"Funding": "1", "Accountable": "2", "Extending": "3", "Implementing": "4"}
DATES = {"start-planned": "1", "start-actual": "2", "end-planned": "3", "end-actual": "4"}
TRANSACTIONS = {
    "IF": "1", "C": "2", "D": "3", "E": "4", "IR": "5", "LR": "6", "R": "7", "QP": "8", "QS": "9", "CG": "10",
}  # fmt: skip
BUDGETS = {"Original": "1", "Revised": "2"}
SECTORS = {"DAC": "1", "DAC-3": "2", "COFOG": "3", "NACE": "4", "NTEE": "5", "ADT": "6", "RO": "99", "RO2": "98"}
MARKERS = {"DAC": "1", "RO": "99"}

CODES: dict[tuple[str, str], dict[str, str]] = {
    ("participating-org", "role"): ROLES,
    ("activity-date", "type"): DATES,
    ("transaction-type", "code"): TRANSACTIONS,
    ("budget", "type"): BUDGETS,
    ("sector", "vocabulary"): SECTORS,
    ("policy-marker", "vocabulary"): MARKERS,
}

NARRATED = frozenset([
    "reporting-org", "participating-org", "title", "description", "activity-date", "recipient-country", "recipient-region",
    "sector", "policy-marker", "provider-org", "receiver-org", "condition", "name", "organisation", "department",
    "person-name", "job-title", "mailing-address", "comment", "activity-description", "owner-org", "recipient-org",
])  # fmt: skip
"""Elements whose text is a narrative since 2.01."""
TRANSLATED = frozenset(["title", "description", "comment", "name"])
"""Elements that were repeated for each language before 2.01."""


DATED = frozenset(["activity-date", "period-start", "period-end", "transaction-date", "document-date"])
_DATE = re.compile(r"\d{4}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?", re.ASCII)


def old(root: Xml, version: str) -> bool:
    """Whether a file is of the first series; one that does not say is judged by whether its titles have narratives."""
    if version:
        return version in FIRST
    titles = root.findall(".//title")
    return bool(titles) and all(one.find("narrative") is None and (one.text or "").strip() for one in titles)


def apply(root: Xml, version: str) -> list[Finding]:
    """Makes the tree one of 2.03, in place, and says what changed."""
    if old(root, version):
        return _Upgrade(root, version or "1.05").done()
    if version in {"2.01", "2.02"}:
        message = Sentence(
            "a file of version %(version)s is written back as 2.03, which only adds to it", version=version
        )
        return [Finding("changed", "note", "", "", line_of(root), str(root.tag), message)]
    return []


class _Upgrade:
    def __init__(self, root: Xml, version: str) -> None:
        self.root, self.version = root, version
        self.counts: Counter[tuple[str, str, Sentence]] = Counter()
        self.lines: dict[tuple[str, str, Sentence], int] = {}
        self.activity = ""

    def done(self) -> list[Finding]:
        message = Sentence("a file of version %(version)s is read as 2.03 says the same", version=self.version)
        first = Finding("changed", "note", "", "", line_of(self.root), str(self.root.tag), message)
        for item in self.root.iterchildren("iati-activity", "iati-organisation"):
            self.activity = (item.findtext("iati-identifier") or item.findtext("organisation-identifier") or "").strip()
            self.item(item)
            self.settle(Activity if item.tag == "iati-activity" else Organisation, item)
        self.root.set("version", VERSION)
        return [first, *(self.finding(*one, times) for one, times in self.counts.items())]

    def finding(self, activity: str, path: str, message: Sentence, times: int) -> Finding:
        said = Sentence("%(what)s (%(times)d times)", what=message, times=times) if times > 1 else message
        return Finding("changed", "note", "", activity, self.lines[activity, path, message], path, said)

    def changed(self, element: Xml, message: Sentence) -> None:
        key = self.activity, str(element.tag), message
        self.counts[key] += 1
        self.lines.setdefault(key, line_of(element))

    def item(self, item: Xml) -> None:
        self.identifiers(item)
        for element in list(item.iter(etree.Element)):
            self.codes(element)
            self.dated(element)
            if str(element.tag) in NARRATED:
                self.narrate(element)
        for parent in list(item.iter(etree.Element)):
            self.join(parent)

    def identifiers(self, item: Xml) -> None:
        """`<other-identifier owner-ref owner-name>text</...>` names the identifier in `ref` now, its owner in an element."""
        reporter = item.find("reporting-org")
        own = reporter.get("ref") if reporter is not None else None
        for one in item.findall("other-identifier"):
            ref, name = _taken(one, "owner-ref"), _taken(one, "owner-name")
            one.set("ref", (one.text or "").strip())
            one.set("type", "A1" if ref is not None and ref == own else "A9")
            one.text = None
            if ref is not None or name is not None:
                owner = _child(one, "owner-org")
                if ref is not None:
                    owner.set("ref", ref)
                if name:
                    _child(owner, "narrative").text = name
            self.changed(one, Sentence("the identifier stands in ref, its owner in an element"))

    def codes(self, element: Xml) -> None:
        for name in list(element.attrib):
            codes = CODES.get((str(element.tag), str(name)), {})
            new = codes.get(str(element.attrib[name]))
            if new is not None:
                was = str(element.attrib[name])
                element.set(name, new)
                self.changed(element, Sentence("%(was)s is %(code)s now", was=was, code=new))

    def dated(self, element: Xml) -> None:
        """A date that stood as text stands in its attribute now."""
        text = (element.text or "").strip()
        if str(element.tag) in DATED and element.get("iso-date") is None and _DATE.fullmatch(text):
            element.set("iso-date", text)
            element.text = None
            self.changed(element, Sentence("the date stands in iso-date now"))

    def narrate(self, element: Xml) -> None:
        """The text of an element becomes its narrative, in the language the element had."""
        text = (element.text or "").strip()
        lang = _taken(element, LANG)
        if text:
            narrative = etree.Element("narrative")
            narrative.sourceline = element.sourceline
            narrative.text, element.text = element.text, None
            if lang:
                narrative.set(LANG, lang)
            element.insert(0, narrative)
            self.changed(element, Sentence("the text is a narrative now"))
        elif lang:
            element.set(LANG, lang)

    def join(self, parent: Xml) -> None:
        """Titles and descriptions repeated for each language are one with several narratives."""
        first: dict[tuple[str, str], Xml] = {}
        for child in list(parent.iterchildren(etree.Element)):
            if str(child.tag) not in TRANSLATED or child.find("narrative") is None:
                continue
            before = first.setdefault((str(child.tag), child.get("type", "")), child)
            if before is not child:
                before.extend(child.findall("narrative"))
                parent.remove(child)
                self.changed(child, Sentence("texts in several languages stand in one element now"))

    def settle(self, cls: type[Node], element: Xml) -> None:
        """Puts children in their order, and what 2.03 has no place for into a namespace of its own."""
        places = order(cls)
        by_key = {one.key: one for one in specs(cls) if isinstance(one.mark, Element | Via)}
        seen: Counter[str] = Counter()
        for child in list(element.iterchildren(etree.Element)):
            tag = str(child.tag)
            spec = by_key.get(tag)
            seen[tag] += 1
            if tag.startswith("{"):
                continue
            if tag not in places or (spec is not None and not spec.many and seen[tag] > 1):
                self.aside(child)
            elif spec is None:
                self.old_text(child)
            elif isinstance(spec.mark, Via):
                self.bare(child, frozenset([spec.mark.attribute]))
            else:
                self.settle(spec.type, child)
        self.bare(element, attributes(cls), own_text=any(isinstance(one.mark, Text) for one in specs(cls)))
        children = sorted(element, key=lambda one: places.get(str(one.tag), len(places)))
        element[:] = children

    def bare(self, element: Xml, known: frozenset[str], *, own_text: bool = False) -> None:
        for name in [str(one) for one in element.attrib if not str(one).startswith("{") and str(one) not in known]:
            element.set(f"{{{OLD}}}{name}", _taken(element, name) or "")
            self.changed(element, Sentence("the attribute %(name)s has no place in 2.03 and is kept aside", name=name))
        if LANG in element.attrib and LANG not in known:
            element.set(f"{{{OLD}}}lang", _taken(element, LANG) or "")
        if not own_text:
            self.old_text(element)

    def old_text(self, element: Xml) -> None:
        if not (element.text or "").strip():
            return
        text = etree.SubElement(element, f"{{{OLD}}}text")
        text.text, element.text = element.text, None
        self.changed(element, Sentence("the text has no place in 2.03 and is kept aside"))

    def aside(self, element: Xml) -> None:
        self.changed(element, Sentence("%(tag)s has no place in 2.03 and is kept aside", tag=str(element.tag)))
        for one in element.iter(etree.Element):
            if not str(one.tag).startswith("{"):
                one.tag = f"{{{OLD}}}{one.tag}"


def _taken(element: Xml, name: str) -> str | None:
    """An attribute, which the element has no longer."""
    return str(element.attrib.pop(name)) if name in element.attrib else None


def _child(parent: Xml, tag: str) -> Xml:
    child = etree.SubElement(parent, tag)
    child.sourceline = parent.sourceline
    return child
