"""The benchmark of the board: every size is measured, with the index and without, and the index is there afterwards."""

from django.db import connection

from countermark.bench import board


def test_the_pages_are_measured_with_the_index_and_without(store: str) -> None:
    figures = board.measure([200, 400])

    assert [one["receipts"] for one in figures["sizes"]] == [200, 400]
    assert all(set(one[how]) == set(board.WHO) for one in figures["sizes"] for how in ("with", "without"))
    assert len(list(board.lines(figures))) == 1 + 2 * len(board.WHO)
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "stockpile_subjectrow")
    assert set(board.INDEXES) <= set(found)
