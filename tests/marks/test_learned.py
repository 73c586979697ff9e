"""What confirmed identifications teach."""

from countermark.marks.channel import Channel
from countermark.marks.learned import fit
from countermark.marks.likelihood import of_marks
from countermark.marks.reading import parse


def test_a_confusion_confirmed_often_becomes_probable() -> None:
    confirmed = [(parse("4K123"), "AK123")] * 40
    learned = fit(confirmed)
    assert of_marks(parse("4K99"), ["AK99"], learned)[0] > of_marks(parse("4K99"), ["AK99"])[0]


def test_nothing_confirmed_changes_nothing() -> None:
    assert fit([]) == Channel()
