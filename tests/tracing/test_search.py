"""Search: from readings to weapons, on a small register in SQLite."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from time import perf_counter
from uuid import UUID, uuid5

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermark.marks import skeleton
from countermark.marks.posterior import Spelling, Spellings
from countermark.register.rows import code_of
from countermark.tracing import index
from countermark.tracing.search.answers import Answer, search
from countermark.tracing.search.question import MarkReading, Options, Query, Reference, SearchError
from countermark.tracing.store import Ints, Known, Rows, SqlStore, Steady, sqlite_store

DEFAULT = Options()
NAMESPACE = UUID("8c7d0b3e-4b0a-4a53-9a4e-1d1f6f5d0c11")


class Mark(msgspec.Struct, frozen=True):
    text: str
    component: str = "frame"
    number: int = 0
    mark_kind: str = "manufacture"
    until: str = ""


class Weapon(msgspec.Struct, frozen=True):
    ref: str
    marks: tuple[Mark, ...]
    maker: str = "Taurus"
    kind: str = "self_loading_pistol"
    calibre: str = "9x19 mm"
    country: str = "BR"

    @property
    def id(self) -> str:
        return str(uuid5(NAMESPACE, self.ref))

    @property
    def key(self) -> int:
        return index.weapon_key(self.id)


def weapon(ref: str, *marks: str | Mark, maker: str = "Taurus", kind: str = "self_loading_pistol") -> Weapon:
    made = tuple(Mark(m, number=i) if isinstance(m, str) else m for i, m in enumerate(marks))
    return Weapon(ref, made, maker=maker, kind=kind)


TAURUS = weapon("t1", "TKD48213")
ROSSI = weapon("r1", "D482130", maker="Rossi", kind="revolver")
IZHEVSK = weapon("i1", "ЖИ1408", maker="Ижмех")
OWNER = weapon("own", Mark("HB77120"), Mark("HB77120", "barrel", 1))
BORROWER = weapon("bor", Mark("HB91555"), Mark("HB77120", "barrel", 1))
MANY = [weapon(f"m{n}", f"XR{n:05d}") for n in range(20000, 20060)]
ALL = [TAURUS, ROSSI, IZHEVSK, OWNER, BORROWER, *MANY]
REFERENCE = Reference(
    Spellings(
        tuple(
            Spelling(code_of(text), text, group, 10.0)
            for text, group in (("Taurus", 1), ("Forjas Taurus", 1), ("Rossi", 2), ("Ижмех", 3))
        )
    ),
    Spellings(
        (
            Spelling(code_of("9x19 mm"), "9x19 mm", 1, 10.0),
            Spelling(code_of(".38 Special"), ".38 Special", 2, 5.0),
        )
    ),
)


def store_of(weapons: list[Weapon]) -> SqlStore:
    connection = sqlite3.connect(":memory:")
    for statement in index.ddl("sqlite"):
        connection.execute(statement)
    rows = [row for one in weapons for row in index.rows(one)]
    connection.executemany(f"insert into tracing_mark values ({', '.join('?' * len(index.COLUMNS))})", rows)
    patterns = Counter(skeleton.pattern(row.canonical) for row in rows)
    connection.executemany("insert into tracing_pattern values (?, ?)", patterns.items())
    return sqlite_store(connection)


@pytest.fixture(scope="module")
def store() -> SqlStore:
    return store_of(ALL)


def ask(store: SqlStore, *readings: str | MarkReading, options: Options = DEFAULT, **evidence: str) -> Answer:
    marks = tuple(MarkReading(one) if isinstance(one, str) else one for one in readings)
    return search(store, REFERENCE, Query(marks, **evidence), options)


def test_a_perfect_reading_identifies_its_weapon(store: SqlStore) -> None:
    answer = ask(store, "TKD48213")
    assert answer.outcome == "identified"
    assert answer.candidates[0].weapon_key == TAURUS.key
    assert answer.candidates[0].differences == ()


@pytest.mark.parametrize(
    "reading", ["TKO48213", "TKD4821", "TKD482133", "TKD42813", "TK?48213", "TKD4*", "*48213", "tkd-48213"]
)
def test_a_damaged_reading_finds_its_weapon(store: SqlStore, reading: str) -> None:
    assert ask(store, reading).candidates[0].weapon_key == TAURUS.key


def test_two_misread_places_are_found_in_the_second_step(store: SqlStore) -> None:
    assert ask(store, "TXD48713").candidates[0].weapon_key == TAURUS.key
    never = ask(store, "TXD48713", options=Options(two_edits="never"))
    assert TAURUS.key not in [candidate.weapon_key for candidate in never.candidates]


def steps(alike: int) -> int:
    """Look-ups for a reading with one misread place where so many weapons bear the mark it was read from."""
    table = store_of([weapon(f"alike{number}", "TKD48213") for number in range(alike)])
    store, asked = Steady(table), []

    def lookup(keys: Ints, limit: int) -> Rows:
        asked.append(keys)
        return table.lookup(keys, limit)

    store.lookup = lookup
    search(store, REFERENCE, Query((MarkReading("TKD47213"),)))
    return len(asked)


def test_a_second_step_is_taken_where_few_marks_are_near_and_none_explains_the_reading() -> None:
    assert steps(10) == 2


def test_no_second_step_is_taken_in_a_crowd_that_explains_the_reading_fairly() -> None:
    assert steps(300) == 1


def test_a_letter_typed_by_its_sound_finds_the_other_script(store: SqlStore) -> None:
    (first, *_) = ask(store, "ZHI1408").candidates
    assert first.weapon_key == IZHEVSK.key
    assert "transliterated" in {difference.why for _, difference in first.differences}


def test_a_whole_inscription_is_taken_apart_and_places_count_in_it(store: SqlStore) -> None:
    answer = ask(store, "FORJAS TAURUS MADE IN BRAZIL TKO48213")
    (first, *_) = answer.candidates
    assert first.weapon_key == TAURUS.key
    assert [difference.at for _, difference in first.differences] == [31]
    assert {contribution.what for contribution in first.contributions} >= {"reading", "maker", "country"}


def test_wrong_evidence_never_loses_the_weapon(store: SqlStore) -> None:
    answer = ask(store, "TKD48213", maker="Rossi", kind="rifle", calibre=".38 Special", country="US")
    assert answer.candidates[0].weapon_key == TAURUS.key


def test_right_evidence_raises_the_probability(store: SqlStore) -> None:
    without = ask(store, "XR2000?").candidates[0].probability
    with_maker = ask(store, "TKO48213", maker="Taurus", kind="self_loading_pistol").candidates[0]
    assert without < with_maker.probability
    assert with_maker.weapon_key == TAURUS.key


def test_empty_evidence_contributes_nothing(store: SqlStore) -> None:
    (first, *_) = ask(store, "TKD48213").candidates
    assert {contribution.what for contribution in first.contributions} == {"reading"}


def test_a_reading_near_nothing_is_not_registered(store: SqlStore) -> None:
    answer = ask(store, "QQ99999999")
    assert answer.outcome == "none"
    assert answer.not_registered > 0.5


def test_a_reading_that_fits_many_names_several_and_the_place_to_restore(store: SqlStore) -> None:
    answer = ask(store, "XR200?5")
    assert answer.outcome == "several"
    assert len(answer.candidates) > 1
    assert answer.restore_next == 5
    assert answer.restore_next_reading == 0


def test_at_most_ten_candidates_best_first(store: SqlStore) -> None:
    answer = ask(store, "XR200??")
    probabilities = [candidate.probability for candidate in answer.candidates]
    assert len(probabilities) == 10
    assert probabilities == sorted(probabilities, reverse=True)
    assert len(ask(store, "XR200??", options=Options(top=3)).candidates) == 3


def test_a_higher_prior_of_absence_leaves_less_for_the_weapons(store: SqlStore) -> None:
    low, high = (ask(store, "TKO48213", options=Options(absent_prior=prior)) for prior in (0.01, 0.9))
    assert low.not_registered < high.not_registered
    assert low.candidates[0].probability > high.candidates[0].probability


def test_in_a_closed_world_nothing_is_absent(store: SqlStore) -> None:
    assert ask(store, "TKO48213", options=Options(absent_prior=0.0)).not_registered == 0.0


def test_two_readings_of_one_weapon_add_up(store: SqlStore) -> None:
    one = ask(store, MarkReading("HB77120", "barrel"))
    two = ask(store, MarkReading("HB91555", "frame"), MarkReading("HB77120", "barrel"))
    assert two.candidates[0].weapon_key == BORROWER.key
    assert two.candidates[0].probability > max(candidate.probability for candidate in one.candidates)


def test_a_mark_of_two_weapons_shows_both_owners(store: SqlStore) -> None:
    answer = ask(store, MarkReading("HB77120", "barrel"))
    first, second = answer.candidates[:2]
    assert {first.weapon_key, second.weapon_key} == {OWNER.key, BORROWER.key}
    assert {conflict.why for conflict in first.conflicts} == {"two_owners"}
    assert first.conflicts[0].weapon_key == second.weapon_key


def test_a_foreign_barrel_is_named_as_another_weapons(store: SqlStore) -> None:
    answer = ask(store, MarkReading("TKD48213", "frame"), MarkReading("XR20007", "barrel"))
    (first, *_) = answer.candidates
    assert first.weapon_key == TAURUS.key
    (conflict,) = first.conflicts
    assert (conflict.reading, conflict.why, conflict.weapon_key) == (1, "foreign_part", MANY[7].key)


def test_an_unusable_reading_is_refused_with_its_column(store: SqlStore) -> None:
    with pytest.raises(SearchError) as refused:
        ask(store, "*")
    assert refused.value.column == "reading"
    with pytest.raises(SearchError):
        search(store, REFERENCE, Query(()))


def test_the_same_question_gets_the_same_answer(store: SqlStore) -> None:
    first, second = (msgspec.to_builtins(ask(store, "XR2?0*")) for _ in range(2))
    assert {**first, "elapsed_ms": 0} == {**second, "elapsed_ms": 0}


def test_an_answer_that_met_a_bound_says_so(store: SqlStore) -> None:
    assert ask(store, "XR*", options=Options(limit=5)).limited
    assert not ask(store, "TKD48213").limited


class Scanned:
    """A store of ten million marks that notes for which makers a range was asked."""

    def __init__(self, store: SqlStore) -> None:
        self.asked: list[Sequence[int]] = []
        self._store = store
        self.lookup, self.has_changed = store.lookup, store.has_changed

    def known(self) -> Known:
        return self._store.known()._replace(marks=10_000_000)

    def span(self, low: int, high: int, makers: Sequence[int], limit: int) -> Rows:
        self.asked.append(makers)
        return self._store.span(low, high, makers, limit)

    def end_span(self, low: int, high: int, front: tuple[int, int], makers: Sequence[int], limit: int) -> Rows:
        self.asked.append(makers)
        return self._store.end_span(low, high, front, makers, limit)


@pytest.mark.parametrize(("reading", "for_makers"), [("TK*", True), ("*3", False), ("?*3", False)])
def test_a_range_too_long_to_scan_is_not_searched_for_a_makers_marks(
    store: SqlStore, reading: str, for_makers: bool
) -> None:
    scanned = Scanned(store)
    search(scanned, REFERENCE, Query((MarkReading(reading),), maker="Taurus"))
    assert any(scanned.asked) is for_makers


@settings(max_examples=150)
@given(
    st.lists(
        st.one_of(st.sampled_from("?*0158BDOZ"), st.characters(exclude_categories=["Cs"])), min_size=1, max_size=64
    ).map("".join)
)
def test_any_unicode_reading_is_answered_or_refused(reading: str) -> None:
    connection = sqlite3.connect(":memory:")
    for statement in index.ddl("sqlite"):
        connection.execute(statement)
    for row in (row for one in ALL[:8] for row in index.rows(one)):
        connection.execute(f"insert into tracing_mark values ({', '.join('?' * len(row))})", row)
        connection.execute("insert or ignore into tracing_pattern values (?, 1)", (skeleton.pattern(row.canonical),))
    started = perf_counter()
    try:
        answer = ask(sqlite_store(connection), reading)
    except SearchError:
        return
    finally:
        connection.close()
    assert perf_counter() - started < 2
    total = answer.not_registered + sum(candidate.probability for candidate in answer.candidates)
    assert 0 <= total <= 1 + 1e-9


@pytest.mark.parametrize("reading", ["ЖД31408", "ЖД31409"])
def test_a_latin_mark_read_in_cyrillic_by_its_sound_is_found(reading: str) -> None:
    latin = weapon("zh", "ZHD31408", maker="Zastava")
    (first, *_) = ask(store_of([*ALL, latin]), reading).candidates
    assert first.weapon_key == latin.key
    assert ("transliterated", "ZH") in {(difference.why, difference.mark) for _, difference in first.differences}


def test_where_nothing_is_near_nothing_is_said_to_fit(store: SqlStore) -> None:
    answer = ask(store, "QQ99999999", options=Options(absent_prior=0.03))
    assert (answer.outcome, answer.candidates) == ("none", ())
    assert answer.not_registered > 0.5


def test_of_two_likely_serials_the_registered_one_is_taken(store: SqlStore) -> None:
    for text in ("TKD48213 BRAZIL KB77199", "KB77199 BRAZIL TKD48213"):
        assert ask(store, text).candidates[0].weapon_key == TAURUS.key


def test_of_equal_owners_the_one_whose_frame_bears_the_mark_comes_first(store: SqlStore) -> None:
    assert ask(store, "HB77120").candidates[0].weapon_key == OWNER.key


def test_a_weapon_read_in_two_places_is_likelier_than_one_read_in_one() -> None:
    twice = weapon("twice", Mark("KL55120"), Mark("KL55120", "slide", 1))
    once = weapon("once", Mark("KL99120"), Mark("KL55120", "slide", 1))
    first, second = ask(store_of([*ALL, twice, once]), "KL55120").candidates[:2]
    assert (first.weapon_key, second.weapon_key) == (twice.key, once.key)
    assert first.probability == pytest.approx(2 * second.probability)


@pytest.mark.parametrize("readings", [("TKO48213",), ("TKO48213", MarkReading("HB77120", "barrel")), ("XR2000?",)])
def test_without_reasons_the_same_weapons_have_the_same_probabilities(
    store: SqlStore, readings: tuple[str | MarkReading, ...]
) -> None:
    with_reasons = ask(store, *readings, maker="Taurus")
    without = ask(store, *readings, maker="Taurus", options=Options(explain=False))
    assert [one[:2] for one in without.candidates] == [one[:2] for one in with_reasons.candidates]
    assert without.candidates[0].mark == with_reasons.candidates[0].mark
    assert not any(one.differences or one.contributions or one.conflicts for one in without.candidates)
