"""Which of the items that a reader counted are to be read by eye as well. Pure.

A tag can be copied, and a rack of copies looks full to a reader. So every count by radio asks for some serial numbers read off the
metal; which ones, nobody may know before the reading is closed.
"""

import hashlib
import hmac
import math
from collections.abc import Iterable


def choose(items: Iterable[str], size: int, seed: bytes) -> list[str]:
    """`size` of the items (all, if there are fewer), in the order in which to look for them.

    The seed must be something nobody can choose before the reads are closed: the root of the log's tree after the entry that
    closes them (`services.sample_of`). Whoever has the items and that root can choose again and finds the same; the order in which the items come does
    not matter. Each item is as likely as any other.
    """
    ranked = sorted(set(items), key=lambda item: (hmac.digest(seed, item.encode(), hashlib.sha256), item))
    return ranked[: max(size, 0)]


def size_for(total: int, *, missing: int, confidence: float = 0.95) -> int:
    """How many of `total` items to read so that, with `missing` of them not there, at least one of those is met with the given
    confidence (0 to 1, exclusive): the hypergeometric law, without replacement.

    Raises `ValueError` for a confidence out of range.
    """
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    if total <= 0:
        return 0
    missing = min(max(missing, 1), total)
    left, unmet = total - missing, 0.0
    for size in range(1, total + 1):
        if size > left:
            return size
        unmet += math.log(left - size + 1) - math.log(total - size + 1)
        if unmet <= math.log(1 - confidence):
            return size
    return total
