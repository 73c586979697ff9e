"""Check characters, how numbers are written, and blocks that never overlap."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from countermark.marking import checkcharacters, numbers
from countermark.marking.checkcharacters import SYSTEMS, System, check, is_valid
from countermark.marking.numbers import Block, PatternError, may_collide, next_block, next_number, overlapping, parse

PURE = [system for system in SYSTEMS.values() if not system.hybrid]
ALL = list(SYSTEMS.values())


@pytest.mark.parametrize(
    ("system", "payload", "expected"),
    [
        ("mod11_2", "0794", "0"),  # example of the standard
        ("mod11_2", "079", "X"),  # example of the standard
        ("mod11_2", "000000021825009", "7"),  # ORCID of its documentation's invented scientist
        ("mod11_2", "000000021694233", "X"),  # ORCID, documentation
        ("mod97_10", "794", "44"),  # example of the standard
        ("mod37_2", "G123498654321", "H"),  # ISBT 128, donation number
        ("mod37_36", "A12425GABC1234002", "M"),  # GRid, syntax document
    ],
)
def test_published_numbers_have_their_published_check(system: str, payload: str, expected: str) -> None:
    assert check(payload, SYSTEMS[system]) == expected
    assert is_valid(payload + expected, SYSTEMS[system])


def texts(system: System) -> st.SearchStrategy[str]:
    return st.text(system.alphabet, min_size=1, max_size=20)


@pytest.mark.parametrize("system", ALL, ids=lambda system: system.name)
@given(data=st.data())
def test_a_text_with_its_check_is_valid(system: System, data: st.DataObject) -> None:
    text = data.draw(texts(system))

    assert is_valid(text + check(text, system), system)


@pytest.mark.parametrize("system", ALL, ids=lambda system: system.name)
@given(data=st.data())
def test_one_misread_character_is_noticed(system: System, data: st.DataObject) -> None:
    text = data.draw(texts(system))
    whole = text + check(text, system)
    at = data.draw(st.integers(0, len(whole) - 1))
    allowed = system.alphabet if at < len(text) else system.checks
    other = data.draw(st.sampled_from([c for c in allowed if c != whole[at]]))

    assert not is_valid(whole[:at] + other + whole[at + 1 :], system)


@pytest.mark.parametrize("system", PURE, ids=lambda system: system.name)
@given(data=st.data())
def test_a_pure_system_notices_every_swap_of_neighbours(system: System, data: st.DataObject) -> None:
    text = data.draw(texts(system))
    whole = text + check(text, system)
    at = data.draw(st.integers(0, len(whole) - 2))
    swapped = whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]

    assert is_valid(swapped, system) == (swapped == whole)


def test_the_hybrid_system_misses_fewer_than_one_swap_in_a_hundred() -> None:
    system = SYSTEMS["mod37_36"]
    pairs = [(a + b, b + a) for a, b in product(system.alphabet, repeat=2) if a != b]
    states = [f"{head:02}" for head in range(36)]
    missed = sum(check(head + one, system) == check(head + other, system) for head in states for one, other in pairs)

    assert missed / (len(states) * len(pairs)) < 0.01


@pytest.mark.parametrize("system", ALL, ids=lambda system: system.name)
@given(text=st.text(max_size=10))
def test_any_text_is_valid_or_not(system: System, text: str) -> None:
    assert is_valid(text, system) in (True, False)


def test_a_number_is_written_as_its_pattern_says() -> None:
    pattern = parse("{country}{yy}-{number:6}", "XA")

    assert pattern.write(123, 2026) == "XA26-000123"


def test_a_check_character_is_taken_over_what_stands_before_it() -> None:
    written = parse("{country}{yy}{number:6}{check}", "XA", "mod37_36").write(123, 2026)

    assert written[:-1] == "XA26000123"
    assert is_valid(written, SYSTEMS["mod37_36"])


def test_a_check_over_digits_leaves_the_letters_out() -> None:
    written = parse("{country} {number:4}{check}", "XA", "mod97_10").write(794, 2026)

    assert written == "XA 0794" + check("0794", SYSTEMS["mod97_10"])


@given(number=st.integers(1, 999_999), year=st.integers(1900, 2199), system=st.sampled_from(["", *SYSTEMS]))
def test_a_pattern_reads_what_it_writes(number: int, year: int, system: str) -> None:
    pattern = parse("{country}{yyyy}/{number:6}" + ("-{check}" if system else ""), "XA", system)

    assert pattern.reads(pattern.write(number, year))


@given(number=st.integers(1, 999_999), at=st.integers(4, 9), digit=st.sampled_from("0123456789"))
def test_a_pattern_with_a_check_does_not_read_another_digit(number: int, at: int, digit: str) -> None:
    pattern = parse("{country}{yy}{number:6}{check}", "XA", "mod37_2")
    written = pattern.write(number, 2026)
    misread = written[:at] + digit + written[at + 1 :]

    assert pattern.reads(misread) == (misread == written)


@given(first=st.integers(1, 9999), second=st.integers(1, 9999))
def test_two_numbers_are_never_written_alike(first: int, second: int) -> None:
    pattern = parse("{country}{number:4}{check}", "XA", "mod37_36")

    assert (pattern.write(first, 2026) == pattern.write(second, 2026)) == (first == second)


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_a_number_that_does_not_fit_is_not_written(number: int) -> None:
    with pytest.raises(ValueError, match="4 digits"):
        parse("{number:4}", "XA").write(number, 2026)


@pytest.mark.parametrize(
    ("pattern", "system"),
    [
        ("", ""),
        ("{country}", ""),
        ("{number:4}{number:4}", ""),
        ("{number:0}", ""),
        ("{number:13}", ""),
        ("{number}", ""),
        ("{number:4}{check}", ""),
        ("{number:4}", "mod11_2"),
        ("{number:4}", "luhn"),
        ("ab{number:4}", ""),
        ("{serial:4}", ""),
        ("A  {number:4}", ""),
        ("A" * 39 + "{number:4}", ""),
        ("{yy:3}{number:4}", ""),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str, system: str) -> None:
    with pytest.raises(PatternError):
        parse(pattern, "XA", system)


@given(text=st.text(max_size=30))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    try:
        parse(text, "XA")
    except PatternError:
        return


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("{country}{yy}{number:4}", "{country}{number:6}", True),
        ("{country}{yy}{number:4}", "{country}-{yy} {number:4}", True),
        ("{country}{number:4}", "{country}{number:5}", False),
        ("A{number:4}", "B{number:4}", False),
        ("1{number:4}", "{number:5}", True),
        ("A{number:4}", "{number:5}", False),
    ],
)
def test_patterns_that_could_be_taken_for_each_other_are_told(one: str, other: str, expected: bool) -> None:
    assert may_collide(parse(one, "XA"), parse(other, "XA")) == expected
    assert may_collide(parse(other, "XA"), parse(one, "XA")) == expected


PATTERNS = st.sampled_from(
    [
        "{country}{number:2}",
        "{country}{yy}{number:2}",
        "{number:4}",
        "{number:2}{country}",
        "X{number:3}",
        "XA-{number:2}",
    ]
)


@given(one=PATTERNS, other=PATTERNS, first=st.integers(1, 99), second=st.integers(1, 99), year=st.integers(2000, 2099))
def test_patterns_said_not_to_collide_never_give_one_text(
    one: str, other: str, first: int, second: int, year: int
) -> None:
    here, there = parse(one, "XA"), parse(other, "XA")
    texts = [pattern.write(n, year).replace("-", "") for pattern, n in ((here, first), (there, second))]

    assert may_collide(here, there) or texts[0] != texts[1]


class Nodes(RuleBasedStateMachine):
    """One giver and three nodes that issue without hearing of each other."""

    @initialize(start=st.integers(1, 50))
    def begin(self, start: int) -> None:
        self.start, self.limit = start, 400
        self.blocks: list[Block] = []
        self.issued: dict[Block, int] = {}
        self.seen: list[int] = []

    @rule(holder=st.sampled_from("abc"), size=st.integers(-1, 60))
    def give(self, holder: str, size: int) -> None:
        block = next_block(self.blocks, self.start, size, self.limit, holder)
        if block is not None:
            self.blocks.append(block)

    @rule(holder=st.sampled_from("abc"), count=st.integers(1, 9))
    def issue(self, holder: str, count: int) -> None:
        for block in [block for block in self.blocks if block.holder == holder]:
            for _ in range(count):
                number = next_number(block, self.issued.get(block))
                if number is None:
                    break
                self.issued[block] = number
                self.seen.append(number)

    @invariant()
    def no_number_twice(self) -> None:
        assert len(self.seen) == len(set(self.seen))
        assert all(self.start <= number <= self.limit for number in self.seen)

    @invariant()
    def no_blocks_overlap(self) -> None:
        assert overlapping(self.blocks) == []


TestNodes = Nodes.TestCase


def test_blocks_that_share_a_number_are_found() -> None:
    one, other, apart = Block(1, 10, "a"), Block(10, 12, "b"), Block(13, 20, "c")

    assert overlapping([apart, other, one]) == [(one, other)]


def test_every_system_is_offered_under_its_name() -> None:
    assert [system.name for system in checkcharacters.SYSTEMS.values()] == list(checkcharacters.SYSTEMS)
    assert numbers.MOST_DIGITS < 15
