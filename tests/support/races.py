"""Several people at once: each in a thread with a connection of its own, all let go at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(*deeds: Callable[[], T]) -> list[T | Exception]:
    """What came of each: what it returned, or raised. Needs a store in which commits are real."""
    gate = threading.Barrier(len(deeds))

    def one(deed: Callable[[], T]) -> T | Exception:
        try:
            gate.wait(timeout=30)
            return deed()
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))
