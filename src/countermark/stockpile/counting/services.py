"""Counting, step by step: a plan, a count opened with what the register says frozen, sheets, recount, decisions, closing.

Nothing here moves a weapon. Closing records `count` events of the weapons that were found, which say nothing of place or holder.
"""

import datetime as dt
import hashlib
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from countermark.ledger import identity
from countermark.ledger.drafts import Draft
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor, SideNote
from countermark.marks.sentences import Sentence
from countermark.register import services as register
from countermark.register.files import dates
from countermark.stockpile import acts
from countermark.stockpile.codes import house
from countermark.stockpile.counting import expectation, missing, presets, queries, reading, rules
from countermark.stockpile.counting.queries import Counting
from countermark.stockpile.counting.reading import Answer, Scan
from countermark.stockpile.counting.rules import Line, Result
from countermark.stockpile.counting.states import RECOUNT, SAMPLE, Count, Decision, Plan, Sheet

MOST_SCANS = 500
"""How many scans one act may hold."""
BLOCK_ACTS = 200
"""A block of lines is folded again with each act about it; after so many acts, or `MOST_SCANS` lines, the next one begins."""
MOST_DECIDED = 500
EVENTS = 500
"""How many weapons found are recorded in one transaction, so that nobody at a counter waits for them."""
MOST_DAYS = 3660


# --- plans ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlanFields:
    """What somebody says of a plan; what is left out comes from the preset. `days` -1 for those of the preset, `counters` 0 likewise."""

    preset: str
    kind: str = ""
    first: str = ""
    days: int = -1
    counters: int = 0


def set_plan(place: str, fields: PlanFields, *, key: str = "", by: Actor) -> str:
    """Plans the counts of a place (id or name), or states a plan anew; returns its key. Raises `Refused`."""
    pk = acts.place_id(acts.required("place", place, "a place of this State"))
    rule = presets.known().get(fields.preset)
    if rule is None:
        raise acts.refuse("preset", fields.preset, acts.one_of(presets.known()), "unknown")
    kind = fields.kind or rule.kind
    if kind not in rules.PLAN_KINDS:
        raise acts.refuse("kind", kind, acts.one_of(rules.PLAN_KINDS), "unknown")
    days = rule.days if fields.days < 0 else fields.days
    if days > MOST_DAYS:
        raise acts.refuse("days", str(days), "at most ten years", "range")
    counters = fields.counters or rule.counters
    if counters not in (1, 2):
        raise acts.refuse("counters", str(counters), "one counter, or two blind to each other", "range")
    plan = Plan(kind, rule.id, _day(fields.first), days, counters)
    return _state_plan(key or acts.new_id(), plan, pk, by)


def end_plan(key: str, *, by: Actor) -> None:
    """Takes a plan out of use. Raises `Refused`."""
    known = acts.subject("countplan", key)
    if known is None:
        raise acts.refuse("plan", key, "a plan of counts", "unknown")
    _state_plan(key, msgspec.structs.replace(known.of(Plan), ended=True), known.place, by)


def _state_plan(key: str, plan: Plan, place: str, by: Actor) -> str:
    with acts.alone():
        known = acts.subject("countplan", key)
        if known is not None and known.place != place:
            raise acts.refuse("place", place, "the place this plan is for", "differs")
        last = known.of(Plan).last if known else ""
        if known is None or known.of(Plan) != msgspec.structs.replace(plan, last=last):
            value = msgspec.to_builtins(plan)
            acts.append([acts.record_draft("countplan", key, value, {"place": place})], by=by)
    return key


def _day(text: str) -> str:
    if not text:
        return queries.today().isoformat()
    try:
        # A plan may begin on a day still to come, which the register's own dates may not.
        return dt.datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise acts.refuse("first", text, "a day, such as 2026-06-30", "date") from error


# --- a count and its sheets -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opening:
    """A count to be opened: of a `place`, or as a `plan` says. With a `request` said twice it is opened once."""

    place: str = ""
    plan: str = ""
    preset: str = presets.OWN
    counters: int = 0
    request: str = ""


def open_count(opening: Opening, *, by: Actor) -> str:
    """Opens a count and freezes what the register says; returns its code. Raises `Refused`."""
    with acts.alone():
        plan = acts.subject("countplan", opening.plan) if opening.plan else None
        if opening.plan and (plan is None or plan.state != "open"):
            raise acts.refuse("plan", opening.plan, "a plan of counts in use", "unknown")
        place, terms = _terms(opening)
        key = _code(opening.request)
        if acts.subject("count", key) is not None:
            return key
        if running := acts.rows("count").filter(place=place, state="open").first():
            raise acts.refuse("place", house.shown(running.key), "a place that is not being counted already", "open")
        items = expectation.taken(place)
        document = expectation.frozen(place, items)
        inside = sum(1 for one in items if one.state == "in")
        count = Count(terms.kind, terms.preset, document.key, inside, len(items) - inside, terms.counters)
        fields = {
            "value": msgspec.to_builtins(count),
            "place": place,
            "parent": plan.name if plan else "",
            "due": plan.due if plan else "",
        }
        named = [f"count:{key}", *([plan.name] if plan else [])]
        draft = acts.draft("stockpile_count_opened", named, fields, kept=(document,), texts=acts.place_notes(place))
        acts.append([draft], by=by)
    return key


def _terms(opening: Opening) -> tuple[str, Plan]:
    """The place to count, and on which terms."""
    plan = acts.subject("countplan", opening.plan) if opening.plan else None
    if plan is not None:
        terms = plan.of(Plan)
        return (queries.part_in_turn(plan) if terms.kind == "cyclic" else plan.place), terms
    rule = presets.known().get(opening.preset)
    if rule is None:
        raise acts.refuse("preset", opening.preset, acts.one_of(presets.known()), "unknown")
    counters = opening.counters or rule.counters
    if counters not in (1, 2):
        raise acts.refuse("counters", str(counters), "one counter, or two blind to each other", "range")
    place = acts.place_id(acts.required("place", opening.place, "a place of this State"))
    return place, Plan("full", rule.id, "", counters=counters)


def _code(request: str) -> str:
    if not request:
        return house.code_of("count", secrets.randbelow(house.NUMBERS))
    number = int.from_bytes(hashlib.sha256(f"count {request}".encode()).digest()[:5])
    return house.code_of("count", number % house.NUMBERS)


def begin(key: str, *, by: Actor) -> str:
    """Gives somebody a sheet of a count; returns its number. Raises `Refused` for whom the rule keeps from counting, and when all are given out."""
    with acts.alone():
        found = _open(key)
        if len(found.counters) >= found.count.counters:
            raise acts.refuse("count", key, "a count that has a sheet left", "full")
        _require_separate(found, by)
        return _begin(found, identity.ref("person", by.name)[:12], by)


def begin_recount(key: str, *, by: Actor) -> None:
    """Gives somebody the sheet on which the differences are counted again: and only these. Of two who counted blind neither does. Raises `Refused`."""
    with acts.alone():
        found = _counted(key)
        if not queries.to_recount(found):
            raise acts.refuse("count", key, "a count with differences", "equal")
        _begin_other(found, RECOUNT, by)


def begin_sample(key: str, *, by: Actor) -> None:
    """Gives somebody the sheet on which a sample of what only a reader saw is read by eye. Raises `Refused`."""
    with acts.alone():
        found = _counted(key)
        if not queries.sample_of(found):
            raise acts.refuse("count", key, "a count in which a reader counted", "unknown")
        _begin_other(found, SAMPLE, by)


def _begin_other(found: Counting, number: str, by: Actor) -> None:
    if number in found.sheets:
        raise acts.refuse("count", found.key, "a count that was not counted again yet", "full")
    _require_separate(found, by, again=number)
    _begin(found, number, by)


def _begin(found: Counting, number: str, by: Actor) -> str:
    sheet = Sheet(number, identity.opaque("person", by.name))
    fields = {
        "value": msgspec.to_builtins(sheet),
        "parent": found.subject.name,
        "place": found.place,
        "person": sheet.person,
    }
    acts.append([acts.draft("stockpile_count_begun", [f"countsheet:{found.key}.{number}"], fields)], by=by)
    return number


def _require_separate(found: Counting, by: Actor, *, again: str = "") -> None:
    standing = queries.standing(by.name, found)
    if again:
        blind = standing.counting and again == RECOUNT and found.count.counters > 1
        standing = replace(standing, counting=False, blind=blind)
    if why := rules.may_not_count(found.preset.separation, standing):
        raise acts.refuse("counter", by.name, why, "separation")


def _open(key: str) -> Counting:
    found = queries.counting(key)
    if found is None or found.subject.state != "open":
        raise acts.refuse("count", key, "the code of a count that is open", "unknown")
    return found


def _counted(key: str) -> Counting:
    found = _open(key)
    queries.require_counted(found)
    if found.phase != "counted":
        raise acts.refuse("count", key, "a count whose sheets are all ended", "open")
    return found


# --- scans ------------------------------------------------------------------------------------------------------------------


def scan(key: str, number: str, scans: Sequence[Scan], *, by: Actor, happened: str = "") -> list[Answer]:
    """Takes scans onto one's own sheet; returns what became of each. Scans that are there already are not counted again.

    A rack that is scanned is where the scans after it are. `happened` is the time on a paper sheet keyed in later. Raises `Refused` for
    another's sheet, one that is ended, and more than `MOST_SCANS` scans.
    """
    if not 0 < len(scans) <= MOST_SCANS:
        raise acts.refuse("scans", str(len(scans)), Sentence("1 to %(most)d scans", most=MOST_SCANS), "range")
    when, good = reading.happened(happened), reading.checked(scans)
    answers = _read(queries.expected_of(_open(key)), good)
    with acts.alone():
        _own_sheet(key, number, by)
        fresh, answers = _fresh(f"{key}.{number}", answers)
        if fresh:
            fields = {"lines": [msgspec.to_builtins(line) for line in fresh], "happened": when}
            acts.append([acts.draft("stockpile_count_scanned", [_block(f"{key}.{number}", len(fresh))], fields)], by=by)
    return answers


def _read(expected: expectation.Expectation, scans: Iterable[Scan]) -> list[Answer]:
    tree, here, answers = queries.tree(), "", []
    for one in scans:
        answer = reading.read(replace(one, place=here or one.place), expected, tree)
        here = answer.place.pk if answer.place else here
        answers.append(answer)
    return answers


def _fresh(sheet: str, answers: Sequence[Answer]) -> tuple[list[Line], list[Answer]]:
    """The lines that are not on the sheet yet, and the answers with what is there already said so."""
    blocks = queries.blocks(sheet)
    ids, seen = set[str](), set[tuple[str, str, str]]()
    fresh, told = [], []
    for answer in answers:
        line = answer.line
        if line is None or line.id in ids or any(line.id in block.ids for block in blocks):
            told.append(answer)
            continue
        said = queries.same(line)
        if said[0] and (said in seen or any(said in block.same for block in blocks)):
            told.append(replace(answer, outcome="again"))
            continue
        ids.add(line.id)
        seen.add(said)
        fresh.append(line)
        told.append(answer)
    return fresh, told


def _block(sheet: str, coming: int) -> str:
    """The block that takes the next lines of a sheet."""
    rows = acts.rows("countlines").filter(parent=f"countsheet:{sheet}").order_by("key")
    last = rows.last()
    if last is not None and last.acts < BLOCK_ACTS and len(last.value["lines"]) + coming <= MOST_SCANS:
        return f"countlines:{last.key}"
    return f"countlines:{sheet}.{rows.count():06d}"


def take_back(key: str, number: str, ids: Sequence[str], *, by: Actor) -> int:
    """Takes scans of one's own sheet back, as a slip of the hand; returns how many were there. Raises `Refused`."""
    wanted = set(ids)
    with acts.alone():
        _own_sheet(key, number, by)
        rows = acts.rows("countlines").filter(parent=f"countsheet:{key}.{number}")
        hit: dict[str, list[str]] = {}
        for row in rows:
            if here := [line["id"] for line in row.value["lines"] if line["id"] in wanted]:
                hit[f"countlines:{row.key}"] = here
        drafts = [acts.draft("stockpile_count_taken_back", [name], {"scans": some}) for name, some in hit.items()]
        if drafts:
            acts.append(drafts, by=by)
    return sum(map(len, hit.values()))


def end(key: str, number: str, *, by: Actor, happened: str = "") -> None:
    """Ends one's own sheet: nothing is added to it any more. Said twice it is ended once. Raises `Refused`."""
    when = reading.happened(happened)
    with acts.alone():
        found = _open(key)
        sheet = _sheet(found, number, by)
        if not sheet.ended:
            name = f"countsheet:{key}.{number}"
            acts.append([acts.draft("stockpile_count_ended", [name], {"happened": when})], by=by)


def _own_sheet(key: str, number: str, by: Actor) -> None:
    if _sheet(_open(key), number, by).ended:
        raise acts.refuse("sheet", number, "a sheet that is not ended", "ended")


def _sheet(found: Counting, number: str, by: Actor) -> Sheet:
    held = found.sheets.get(number)
    if held is None or held[1].person != identity.opaque("person", by.name):
        raise acts.refuse("sheet", number, "your own sheet of this count", "not_yours")
    return held[1]


# --- decisions and the end of a count ----------------------------------------------------------------------------------------


def decide(key: str, items: Sequence[str], word: str, reason: str, *, by: Actor) -> None:
    """Decides on exceptions of one outcome, with a reason. Raises `Refused`, also for somebody who counted."""
    text = acts.required("reason", reason, "why it is decided so")
    with acts.alone():
        found = _counted(key)
        _require_not_counter(found, by)
        exceptions = {one.item: one for one in queries.outcome(found).exceptions}
        chosen = [_exception(exceptions, item, word) for item in dict.fromkeys(items)]
        if not 0 < len(chosen) <= MOST_DECIDED:
            raise acts.refuse(
                "items", str(len(chosen)), Sentence("1 to %(most)d exceptions", most=MOST_DECIDED), "range"
            )
        acts.append([_decision(found, one, word, text) for one in chosen], by=by)


def _exception(exceptions: dict[str, Result], item: str, word: str) -> Result:
    found = exceptions.get(item)
    if found is None:
        raise acts.refuse("items", item, "an exception of this count", "unknown")
    if found.outcome == "differs":
        raise acts.refuse("items", item, "something the counters agree on: count it again first", "differs")
    if word not in rules.DECISIONS[found.outcome]:
        raise acts.refuse("word", word, acts.one_of(rules.DECISIONS[found.outcome]), "unknown")
    return found


def _decision(found: Counting, result: Result, word: str, reason: str) -> Draft:
    value = Decision(result.item, result.outcome, word, identity.opaque("note", reason))
    key = f"{found.key}.{hashlib.sha256(result.item.encode()).hexdigest()[:24]}"
    columns = {"parent": found.subject.name, "place": found.place, "state": word}
    return acts.record_draft(
        "countdecision", key, msgspec.to_builtins(value), columns, texts=(SideNote("note", reason),)
    )


def _require_not_counter(found: Counting, by: Actor) -> None:
    if identity.opaque("person", by.name) in found.people:
        raise acts.refuse("by", by.name, "somebody who did not count", "second_person")


def close(key: str, *, accepted: bool = False, by: Actor) -> None:
    """Closes a count whose exceptions are all decided, by somebody who did not count. Said twice it is closed once. Raises `Refused`.

    `accepted` says that who closes it answers for differences that one of two blind counters counted again (at another node, or before that was
    refused): the certificate says so. Without it such a count is not closed.
    What is found is recorded by `record`, some weapons at a time. What was not found and is to be an incident is reported in the same transaction.
    """
    with acts.alone():
        known = queries.counting(key)
        if known is not None and known.subject.state == "closed":
            return
        found = _counted(key)
        _require_not_counter(found, by)
        _require_settled(found)
        own = queries.recounted_by_own(found)
        if own and not accepted:
            expected = Sentence(
                "a recount by somebody who was neither of the two who counted, or that you answer for it by name"
            )
            raise acts.refuse("accepted", key, expected, "recount")
        outcome, decided = queries.outcome(found), queries.decisions(found)
        words = {item: one.word for item, one in decided.items()}
        document = expectation.result(key, outcome.results, words)
        lost = [decided[one.item] for one in outcome.exceptions if words[one.item] == "incident"]
        fields = {
            "result": document.key,
            "figures": dict(outcome.figures),
            "people": list(found.people),
            "closed_by": identity.opaque("person", by.name),
            "counted": found.last_ended,
            "seen": len(_seen(outcome.results)),
            "incidents": len(lost),
            "accepted": RECOUNT if own else "",
        }
        named = [found.subject.name, *([found.subject.parent] if found.subject.parent else [])]
        acts.append([acts.draft("stockpile_count_closed", named, fields, kept=(document,))], by=by)
        missing.report(found, lost, by=by)


def _require_settled(found: Counting) -> None:
    if any(subject.finding for subject, _ in found.sheets.values()):
        raise acts.refuse(
            "count", found.key, "a count each of whose sheets one person has: give it up and count anew", "two_people"
        )
    left = queries.undecided(found)
    if any(one.outcome == "differs" for one in left):
        raise acts.refuse(
            "count", found.key, "a count whose counters agree, or whose differences were counted again", "differs"
        )
    if left:
        raise acts.refuse("count", str(len(left)), "a count with a decision on each exception", "undecided")
    if SAMPLE not in found.sheets and queries.sample_of(found):
        raise acts.refuse("count", found.key, "a count of which a sample was read by eye: a reader counted", "sample")


def _seen(results: Iterable[Result]) -> list[str]:
    return sorted(one.weapon for one in results if one.outcome in ("found", "elsewhere"))


def record(key: str, *, by: Actor, seconds: float = 20.0) -> tuple[int, int]:
    """Records the weapons a closed count found, for at most so long; returns how many are recorded, and of how many.

    Interrupted, it goes on where it was. Raises `Refused` for a count that is not closed.
    """
    until = time.monotonic() + seconds
    found = queries.counting(key)
    if found is None or found.subject.state != "closed":
        raise acts.refuse("count", key, "the code of a count that is closed", "unknown")
    weapons = _seen(queries.outcome(found).results) if found.count.recorded < found.count.seen else []
    done = found.count.recorded
    while done < len(weapons) and time.monotonic() < until:
        done = _record_some(key, weapons, by)
    return max(done, found.count.recorded), found.count.seen


def _record_some(key: str, weapons: Sequence[str], by: Actor) -> int:
    with acts.alone():
        known = acts.subject("count", key)
        assert known is not None  # noqa: S101 -- it was there a moment ago, and subjects do not go
        count = known.of(Count)
        some = weapons[count.recorded : count.recorded + EVENTS]
        if not some:  # somebody else recorded them meanwhile
            return count.recorded
        moment = dates.parse(count.counted)
        assert isinstance(moment, dates.Moment)  # noqa: S101 -- the ledger wrote it
        stamp = {"instant": moment.instant, "offset": moment.offset, "precision": moment.precision, "text": moment.text}
        fields = {"event": "count", "document": house.shown(key)}
        done = count.recorded + len(some)
        events = [register.event_draft(weapon, register.own_source(), fields, stamp) for weapon in some]
        noted = acts.draft("stockpile_count_recorded", [known.name], {"recorded": done})
        acts.append([*events, noted], by=by)
    return done


def cancel(key: str, reason: Reason | str, *, by: Actor) -> None:
    """Gives up a count that is open; `reason` is of the list `count_given_up`. Raises `Refused`."""
    why = acts.reason_of("count_given_up", reason)
    with acts.alone():
        found = _open(key)
        acts.append([acts.draft("stockpile_count_cancelled", [found.subject.name], {}, reason=why)], by=by)
