"""The benchmark of counts: what it plants is found, and nothing else."""

import pytest

from countermark.bench import count


@pytest.mark.django_db
def test_a_count_of_every_size_finds_what_was_planted() -> None:
    figures = count.measure([200, 400])

    assert [(one["found"], one["not_found"], one["unexpected"]) for one in figures["sizes"]] == [
        (198, 2, 1),
        (396, 4, 2),
    ]
    assert set(figures["sizes"][1]["growth"]) == set(count.TIMED)
    assert len(list(count.lines(figures))) == 3
