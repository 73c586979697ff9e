"""The benchmark of tag reads: what it counts is what it sent, and the copies it plants are found."""

import pytest

from countermark.bench import tags
from countermark.stockpile.models import Observation, Tag


@pytest.mark.django_db
def test_every_read_is_counted_once_and_every_copy_raises_an_alarm() -> None:
    figures = tags.measure(seconds=4, rate=400, readers=3, tags=30, bound=10, seed=1)

    assert figures["reads"] == 4 * 400
    assert figures["rows"] == Observation.objects.count()
    assert figures["bound"] == Tag.objects.count() == 10
    # Weapons whose record names no place are nowhere else: their copies are at two places.
    assert figures["alarms"] == 1
    assert figures["reads_per_second"] > 0
    assert len(list(tags.lines(figures))) == 5
