"""Which place to restore next."""

from countermark.marks.reading import parse
from countermark.marks.restore import restore_next


def test_the_place_that_tells_the_candidates_apart_is_named() -> None:
    place = restore_next(parse("1?3?"), ["1234", "1235", "1236"], [1.0, 1.0, 1.0])
    assert place is not None
    assert place.at == 3


def test_a_place_on_which_all_candidates_agree_is_not_worth_restoring() -> None:
    assert restore_next(parse("12?"), ["123", "123"], [0.5, 0.5]) is None


def test_a_whole_reading_has_nothing_to_restore() -> None:
    assert restore_next(parse("123"), ["123", "124"], [0.5, 0.5]) is None


def test_without_candidates_no_place_is_better_than_another() -> None:
    assert restore_next(parse("12?"), [], []) is None


def test_improbable_candidates_hardly_count() -> None:
    place = restore_next(parse("??"), ["12", "13", "22"], [0.5, 0.5, 1e-6])
    assert place is not None
    assert place.at == 1


def test_an_unread_run_counts_with_its_first_character() -> None:
    place = restore_next(parse("A*9"), ["A129", "A339"], [0.5, 0.5])
    assert place is not None
    assert place.kind == "run"


def test_a_place_after_a_run_is_counted_from_the_end() -> None:
    place = restore_next(parse("A1*?9"), ["A10059", "A10069"], [0.5, 0.5])
    assert place is not None
    assert place.at == 3
