"""Loads a spreadsheet of needs or offers: checks the whole of it first, then keeps all or nothing; loaded twice, it changes nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from countermark.cooperation import actors, acts, indicators, needs, offers
from countermark.cooperation.needs import Asked, Costed, Need
from countermark.cooperation.queries import Viewer
from countermark.cooperation.sheets import reading
from countermark.cooperation.sheets.columns import Kind
from countermark.cooperation.sheets.reading import Grouped, Numbered
from countermark.cooperation.states import Subject
from countermark.cooperation.words import LABELS
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import Sentence
from countermark.register.checking import Refused
from countermark.register.files.errors import RowError, shown

Verdict = Literal["new", "changed", "unchanged"]
VERDICTS: tuple[Verdict, ...] = ("new", "changed", "unchanged")
Said = needs.Said | offers.Said
Made = TypeVar("Made")


@dataclass(frozen=True)
class Item:
    """A record of a file: where it stands, what loading it would do, and the record as it is said. `key` is empty for a new one."""

    ref: str
    row: int
    title: str
    verdict: Verdict
    said: Said
    state: str
    key: str


@dataclass(frozen=True)
class Checked:
    """A file as it would be loaded: with one error nothing of it is."""

    kind: Kind
    rows: Sequence[Numbered]
    items: Sequence[Item]
    errors: Sequence[RowError]

    def count(self, verdict: Verdict) -> int:
        """How many records it would make, change or leave."""
        return sum(one.verdict == verdict for one in self.items)


def check_file(path: Path, kind: Kind, actor: str) -> Checked:
    """What loading a file for an actor would do. Raises `UnreadableFile`."""
    rows, errors = reading.read(path, kind)
    return check(rows, kind, actor, errors)


def check(rows: Sequence[Numbered], kind: Kind, actor: str, errors: Iterable[RowError] = ()) -> Checked:
    """What loading some rows for an actor would do."""
    wrong = list(errors)
    groups = reading.grouped(kind, rows, wrong)
    reader = _Reader(kind, actor, wrong)
    items = [item for item in map(reader.item, groups) if item is not None]
    if not rows and not wrong:
        wrong.append(RowError(2, "", "", Sentence("at least one row below the header"), "empty"))
    return Checked(kind, rows, items, sorted(wrong, key=lambda one: (one.row, one.column)))


def load(checked: Checked, *, actor: str, by: Actor) -> dict[Verdict, int]:
    """Keeps the records of a file, all or none; how many were new, changed or unchanged. Raises `Refused` where there is an error."""
    if checked.errors:
        raise Refused(checked.errors)
    with acts.alone():
        drafts = [_draft(checked.kind, one, actor) for one in checked.items if one.verdict != "unchanged"]
        if drafts:
            acts.append(drafts, by=by)
    return {name: checked.count(name) for name in VERDICTS}


def _draft(kind: Kind, one: Item, actor: str) -> Draft:
    key = one.key or acts.id_for(_request(kind, actor, one.ref))
    if isinstance(one.said, needs.Said):
        return needs.drafted(one.said, actor=actor, key=key, state=one.state)
    return offers.drafted(one.said, actor=actor, key=key, state=one.state)


def _request(kind: Kind, actor: str, ref: str) -> str:
    return f"sheet:{kind}:{actor}:{ref}"


class _Reader:
    """Makes records of rows, for one actor; faults go to `errors`."""

    def __init__(self, kind: Kind, actor: str, errors: list[RowError]) -> None:
        self.kind, self.actor, self.errors = kind, actor, errors
        self.single = "need" if kind == "needs" else "offer"
        self.own = {one.key: one for one in acts.subjects(self.single, parent=f"actor:{actor}")}
        self.keys = actors.names()
        self.names: dict[str, list[str]] = {}
        for key, name in self.keys.items():
            self.names.setdefault(name.casefold(), []).append(key)

    def item(self, group: Grouped) -> Item | None:
        """A record as it would be loaded; None where something is wrong with it."""
        before = len(self.errors)
        known = self._known(group.ref)
        state = group.facts.get("state", "open")
        self._tried(group, "state", lambda: needs.chosen(state, LABELS[f"{self.single}_state"], "state"))
        if group.facts.get("actor", self.actor) != self.actor:
            self._wrong(
                group, "actor", Sentence("the actor you speak for, %(actor)s, or nothing", actor=self.actor), "denied"
            )
        said: Said = self._need(group, known) if self.kind == "needs" else self._offer(group)
        if len(self.errors) > before:
            return None
        value = self._tried(
            group, "", lambda: needs.need_of(said)[0] if isinstance(said, needs.Said) else offers.offer_of(said)[0]
        )
        if value is None:
            return None
        same = known is not None and known.of(type(value)) == value and known.state == state
        verdict: Verdict = "unchanged" if same else "changed" if known else "new"
        return Item(group.ref, group.row, said.title, verdict, said, state, known.key if known else "")

    def _known(self, ref: str) -> Subject | None:
        """A record of this actor's that a `ref` names: by its id, or by the number it was loaded under before."""
        return self.own.get(ref) or self.own.get(acts.request_id(_request(self.kind, self.actor, ref)))

    def _need(self, group: Grouped, known: Subject | None) -> needs.Said:
        facts = group.facts
        indicator, value, day = self._figure(group, known)
        lines = {
            name: [one for one in group.lines if one[1].get("line") == name] for name in ("wanted", "once", "yearly")
        }
        for number, line in group.lines:
            if line.get("line") not in lines:
                self._error(group, number, "line", line.get("line", ""), Sentence("wanted, once or yearly"), "unknown")
        return needs.Said(
            title=facts.get("title", ""),
            theme=facts.get("theme", ""),
            gap=facts.get("gap", ""),
            currency=facts.get("currency", ""),
            priority=self._number(group, "priority"),
            begin=facts.get("begin", ""),
            end=facts.get("end", ""),
            wanted=[self._wanted(group, *one) for one in lines["wanted"]],
            once=[self._cost(group, *one) for one in lines["once"]],
            yearly=[self._cost(group, *one) for one in lines["yearly"]],
            indicator=indicator,
            indicator_value=value,
            indicator_day=day,
            evidence=facts.get("evidence", ""),
            plan=facts.get("plan", ""),
            sites=_by_line(facts.get("sites", "")),
            languages=_by_comma(facts.get("languages", "")),
            after=self._actor(group, "after"),
            compatible=_by_line(facts.get("compatible", "")),
            prerequisites=facts.get("prerequisites", ""),
            readiness={name: self._number(group, name) for name in LABELS["readiness"] if name in facts},
            min_share=self._number(group, "min_share"),
            visibility=facts.get("visibility", "private"),
            partners=self._actors(group, "partners"),
        )

    def _offer(self, group: Grouped) -> offers.Said:
        facts = group.facts
        return offers.Said(
            title=facts.get("title", ""),
            currency=facts.get("currency", ""),
            budget=facts.get("budget", ""),
            begin=facts.get("begin", ""),
            end=facts.get("end", ""),
            kinds=_by_comma(facts.get("kinds", "")),
            themes=_by_comma(facts.get("themes", "")),
            regions=_by_comma(facts.get("regions", "")),
            eligible=self._actors(group, "eligible"),
            ceiling=facts.get("ceiling", ""),
            co_funding=self._number(group, "co_funding"),
            languages=_by_comma(facts.get("languages", "")),
            standards=_by_line(facts.get("standards", "")),
            conditions=facts.get("conditions", ""),
            rules=facts.get("rules", ""),
            visibility=facts.get("visibility", "public"),
            partners=self._actors(group, "partners"),
        )

    def _figure(self, group: Grouped, known: Subject | None) -> tuple[str, str, str]:
        """A figure is counted when the file is loaded, or stays as it was kept: none is taken from a file."""
        facts = group.facts
        key = facts.get("indicator", "")
        if not key:
            return "", "", ""
        kept = known.of(Need).evidence if known else None
        if kept is not None and kept.indicator == key:
            for column, value in (("indicator_value", kept.value), ("indicator_day", kept.as_of)):
                if facts.get(column, value) != value:
                    self._wrong(
                        group, column, Sentence("%(value)s, as it was kept, or nothing", value=value), "differs"
                    )
            return key, kept.value, kept.as_of
        for column in ("indicator_value", "indicator_day"):
            if column in facts:
                self._wrong(group, column, Sentence("nothing: the figure is read when the file is loaded"), "figure")
        offered = indicators.for_viewer(Viewer(self.actor))
        found = indicators.figure(key) if key in offered else None
        if found is None:
            self._wrong(group, "indicator", Sentence("a figure of this register that has data, or nothing"), "unknown")
            return "", "", ""
        return key, found.written, found.as_of

    def _wanted(self, group: Grouped, number: int, line: Mapping[str, str]) -> Asked:
        kind = line.get("category", "")
        self._line(group, number, "category", kind, lambda: needs.chosen(kind, LABELS["kind"], "category"))
        for column in ("amount", "payer"):
            if column in line:
                self._error(
                    group, number, column, line[column], Sentence("nothing: this row says what is wanted"), "surplus"
                )
        text = line.get("quantity", "0")
        if not (text.isascii() and text.isdecimal()):
            self._error(group, number, "quantity", text, Sentence("how many, a whole number"), "unknown")
            text = "0"
        return Asked(kind, line.get("what", ""), int(text[:16]))

    def _cost(self, group: Grouped, number: int, line: Mapping[str, str]) -> Costed:
        category, amount = line.get("category", ""), line.get("amount", "")
        self._line(group, number, "category", category, lambda: needs.chosen(category, LABELS["cost"], "category"))
        code = group.facts.get("currency", "").upper()
        self._line(group, number, "amount", amount, lambda: needs.amount("amount", amount, code))
        if "quantity" in line:
            self._error(group, number, "quantity", line["quantity"], Sentence("nothing: this row is a cost"), "surplus")
        payer = self._found(group, number, "payer", line.get("payer", ""))
        return Costed(category, amount, payer, line.get("what", ""))

    def _number(self, group: Grouped, column: str) -> int:
        text = group.facts.get(column, "0")
        if text.isascii() and text.isdecimal() and len(text) <= len(str(2**31)):
            return int(text)
        self._wrong(group, column, Sentence("a whole number"), "unknown")
        return 0

    def _actor(self, group: Grouped, column: str) -> str:
        text = group.facts.get(column, "")
        return self._found(group, group.rows_of.get(column, group.row), column, text)

    def _actors(self, group: Grouped, column: str) -> list[str]:
        row = group.rows_of.get(column, group.row)
        return [self._found(group, row, column, text) for text in _by_comma(group.facts.get(column, ""))]

    def _found(self, group: Grouped, number: int, column: str, text: str) -> str:
        if not text or text in self.keys:
            return text
        found = self.names.get(text.casefold(), [])
        if len(found) != 1:
            expected = (
                Sentence("the key or the name of an actor")
                if not found
                else Sentence("the key: several actors are called so")
            )
            self._error(group, number, column, text, expected, "unknown")
            return ""
        return found[0]

    def _line(self, group: Grouped, number: int, column: str, text: str, do: Callable[[], object]) -> None:
        try:
            do()
        except Refused as refused:
            self._error(group, number, column, text, refused.errors[0].expected, refused.errors[0].code)

    def _tried(self, group: Grouped, column: str, do: Callable[[], Made]) -> Made | None:
        try:
            return do()
        except Refused as refused:
            for error in refused.errors:
                name = error.column or column
                self._error(group, group.rows_of.get(name, group.row), name, error.value, error.expected, error.code)
        return None

    def _wrong(self, group: Grouped, column: str, expected: Sentence, code: str) -> None:
        row = group.rows_of.get(column, group.row)
        self._error(group, row, column, group.facts.get(column, ""), expected, code)

    def _error(self, group: Grouped, row: int, column: str, value: str, expected: Sentence, code: str) -> None:
        self.errors.append(RowError(row, column, shown(value), expected, code, group.ref))


def _by_comma(text: str) -> list[str]:
    return [one.strip() for one in text.replace("\n", ",").split(",") if one.strip()]


def _by_line(text: str) -> list[str]:
    return [one.strip() for one in text.split("\n") if one.strip()]
