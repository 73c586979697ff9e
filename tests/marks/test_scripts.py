"""Letters by sound."""

import pytest

from countermark.marks import scripts
from countermark.marks.text import canonical


@pytest.mark.parametrize(
    ("letter", "spelling"),
    [("Ж", "ZH"), ("И", "I"), ("Щ", "SHCH"), ("В", "V"), ("Н", "N"), ("Р", "R"), ("Ξ", "X"), ("ب", "B"), ("甲", "JIA")],
)
def test_a_letter_is_typed_by_its_sound(letter: str, spelling: str) -> None:
    assert spelling in scripts.transliterations(canonical(letter))


@pytest.mark.parametrize(("letter", "spelling"), sorted((k, s) for k, all_ in scripts.SOUND.items() for s in all_))
def test_the_table_is_in_canonical_characters(letter: str, spelling: str) -> None:
    assert (canonical(letter), len(letter)) == (letter, 1)
    assert canonical(spelling) == spelling
    assert spelling.isascii()
    assert spelling.isalpha()


@pytest.mark.parametrize("letter", sorted(scripts.SOUND))
def test_a_spelling_is_never_the_letter_itself(letter: str) -> None:
    assert letter not in scripts.transliterations(letter)


@pytest.mark.parametrize("letter", sorted(scripts.SOUND))
def test_every_spelling_leads_back_to_its_letter(letter: str) -> None:
    assert all(letter in scripts.by_sound(spelling) for spelling in scripts.transliterations(letter))


def test_a_latin_letter_without_another_reading_has_no_spelling_by_sound() -> None:
    assert scripts.transliterations("Q") == ()
    assert scripts.by_sound("QQ") == ()


def test_no_spelling_is_longer_than_the_longest() -> None:
    assert max(len(spelling) for known in scripts.SOUND.values() for spelling in known) == scripts.LONGEST_SPELLING
