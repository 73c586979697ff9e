"""A store that cannot be used just now is said to be unavailable on every page; a fault of ours is not hidden as one."""

import pytest
from django.db import DatabaseError, InternalError, OperationalError
from django.test import RequestFactory
from psycopg.errors import ReadOnlySqlTransaction

from countermark.web.middleware import Hardening

READ_ONLY = InternalError("cannot execute INSERT in a read-only transaction")
READ_ONLY.__cause__ = ReadOnlySqlTransaction()


def answer(error: Exception) -> int | None:
    response = Hardening(lambda _: pytest.fail("not called")).process_exception(RequestFactory().get("/"), error)
    return None if response is None else response.status_code


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("canceling statement due to statement timeout"),
        OperationalError("database is locked"),
        DatabaseError("database disk image is malformed"),
        OSError(28, "No space left on device"),
        READ_ONLY,
    ],
    ids=["time-out", "locked", "damaged", "full", "read-only"],
)
def test_a_store_that_cannot_be_used_is_503(error: Exception) -> None:
    assert answer(error) == 503


@pytest.mark.parametrize("error", [InternalError("ours"), ValueError("ours"), FileNotFoundError(2, "ours")])
def test_a_fault_of_ours_is_none_of_the_stores(error: Exception) -> None:
    assert answer(error) is None
