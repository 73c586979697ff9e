"""Keeps Python's cyclic garbage collector out of a bulk load, where it would cost more than the load itself."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting() -> Iterator[None]:
    """Inside, nothing looks for cycles: for work whose batches are freed by reference counts alone."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
