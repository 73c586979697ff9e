"""Look-ups bring what the table has, though several columns travel as one number."""

import numpy as np
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from countermark.register.rows import code_of
from countermark.tracing import index
from countermark.tracing.store import DETAILS, NAMES, NO_ROWS, Rows, django_store, together

NUMBERS = ("weapon_key", *NAMES, *DETAILS)
MOST_CODE, MOST_ORDINAL, MOST_COUNTRY = 2**31 - 1, 2**15 - 1, 36**4 - 1

LARGEST = index.Row(
    skeleton=1,
    weapon_key=2**63 - 1,
    number=MOST_ORDINAL,
    rskeleton=1,
    maker=MOST_CODE,
    kind=len(index.KINDS) - 1,
    calibre=MOST_CODE,
    country=MOST_COUNTRY,
    component=len(index.COMPONENTS) - 1,
    mark_kind=len(index.MARK_KINDS) - 1,
    canonical="ЖA★1",
)
SMALLEST = index.Row(2, 1, 0, 2, 0, 0, 0, 0, 0, 0, "1")


def told(rows: Rows) -> set[tuple[object, ...]]:
    return set(zip(*(getattr(rows, name).tolist() for name in NUMBERS), rows.text, strict=True))


def stored(*rows: index.Row) -> set[tuple[object, ...]]:
    places = ", ".join(["%s"] * len(index.COLUMNS))
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(f"insert into tracing_mark ({', '.join(index.COLUMNS)}) values ({places})", row)
    return {(*(getattr(row, name) for name in NUMBERS), row.canonical) for row in rows}


@pytest.mark.django_db
def test_a_look_up_brings_every_column_of_the_smallest_and_the_largest_codes() -> None:
    kept = stored(LARGEST, SMALLEST)

    assert told(django_store(connection).lookup(np.array([1, 2]), 10)) == kept


@pytest.mark.django_db
def test_ranges_from_either_end_bring_the_same_columns() -> None:
    kept, store = stored(LARGEST, SMALLEST), django_store(connection)

    assert told(store.span(0, 3, (), 10)) == kept
    assert told(store.end_span(0, 3, (0, 3), (), 10)) == kept
    assert told(store.span(0, 3, (MOST_CODE,), 10)) < kept


@pytest.mark.django_db
def test_a_look_up_that_finds_nothing_has_no_rows_and_met_no_bound() -> None:
    assert told(django_store(connection).lookup(np.array([5]), 10)) == told(NO_ROWS) == set()
    assert not django_store(connection).lookup(np.array([5]), 10).limited


@pytest.mark.django_db
def test_a_look_up_brings_no_more_than_asked_for_and_says_so() -> None:
    kept = stored(LARGEST, SMALLEST)

    found = django_store(connection).lookup(np.array([1, 2]), 1)

    assert told(found) < kept
    assert found.limited


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "maker": st.integers(0, MOST_CODE) | st.text(max_size=3).map(code_of),
                "calibre": st.integers(0, MOST_CODE),
                "number": st.integers(0, MOST_ORDINAL),
                "kind": st.integers(0, len(index.KINDS) - 1),
                "country": st.integers(0, MOST_COUNTRY),
                "component": st.integers(0, len(index.COMPONENTS) - 1),
                "mark_kind": st.integers(0, len(index.MARK_KINDS) - 1),
            }
        ),
        min_size=1,
    )
)
def test_columns_that_travel_as_one_number_come_apart_as_they_were(given_rows: list[dict[str, int]]) -> None:
    columns = {name: np.array([row[name] for row in given_rows], np.int64) for name in (*NAMES, *DETAILS)}

    rows = NO_ROWS._replace(names=together(columns, NAMES), details=together(columns, DETAILS))

    for name, column in columns.items():
        assert getattr(rows, name).tolist() == column.tolist()


@pytest.mark.django_db
def test_pages_bring_the_whole_table_in_its_order() -> None:
    kept = stored(LARGEST, SMALLEST, *(SMALLEST._replace(skeleton=3, number=number) for number in range(5)))
    pages = list(django_store(connection).pages(3))

    assert [len(page.skeleton) for page in pages] == [3, 3, 1]
    assert np.concatenate([page.skeleton for page in pages]).tolist() == [1, 2, 3, 3, 3, 3, 3]
    assert np.concatenate([page.rskeleton for page in pages]).tolist() == [1, 2, 2, 2, 2, 2, 2]
    assert set[object]().union(*(told(page.rows) for page in pages)) == kept
