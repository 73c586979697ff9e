"""The Merkle tree of RFC 9162, section 2.1, over a store that keeps only leaf hashes and the roots of full tiles.

A tile is 256 neighbouring elements of one level. Level 0 are the leaf hashes; the root of each full tile of level L is one
element of level L + 1, so level 1 holds the roots of 256 leaves, level 2 of 65,536. A tree of n leaves has n >> 8 L elements
at level L. Incomplete tiles have no stored root: nothing that is stored ever changes when the log grows.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

TILE_BITS = 8
TILE = 1 << TILE_BITS
EMPTY_ROOT = sha256(b"").digest()

Get = Callable[[int, int, int], Sequence[bytes]]
"""`get(level, start, count)`: exactly `count` stored 32-byte hashes of a level, from position `start` on."""


class TreeError(ValueError):
    """A size or index outside the tree, or a store that does not hold what the size promises."""


class TileRoot(NamedTuple):
    """One element of a level >= 1: the root of the `position`-th full tile of the level below."""

    level: int
    position: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The tree hash of a whole list of leaf hashes (or of any aligned run of equal-sized subtrees' roots)."""
    return _fold(hashes) if hashes else EMPTY_ROOT


class Frontier:
    """The right edge of a tree: everything appending needs, in O(256 log n) memory.

    `pending[L]` holds the elements of level L that do not yet fill a tile.
    """

    __slots__ = ("pending", "size")

    def __init__(self, size: int = 0, pending: Iterable[Sequence[bytes]] = ()) -> None:
        self.size = size
        self.pending = [list(elements) for elements in pending]

    @classmethod
    def load(cls, size: int, get: Get) -> "Frontier":
        """The frontier of a stored tree of `size` leaves: one read of at most 255 hashes for each level."""
        if size < 0:
            raise TreeError(f"a tree has no size {size}")
        pending: list[Sequence[bytes]] = []
        for level in range(_levels(size)):
            elements = size >> (TILE_BITS * level)
            count = elements % TILE
            pending.append(_read(get, level, elements - count, count) if count else [])
        return cls(size, pending)

    def extend(self, leaf_hashes: Sequence[bytes]) -> list[TileRoot]:
        """Appends leaves; returns the tile roots that became complete, in the order in which they did, level by level."""
        self.size += len(leaf_hashes)
        done: list[TileRoot] = []
        level, new = 0, list(leaf_hashes)
        while new:
            if level == len(self.pending):
                self.pending.append([])
            held = self.pending[level] + new
            full = len(held) // TILE * TILE
            self.pending[level] = held[full:]
            new = [_fold(held[start : start + TILE]) for start in range(0, full, TILE)]
            level += 1
            first = (self.size >> (TILE_BITS * level)) - len(new)
            done.extend(TileRoot(level, first + offset, tile) for offset, tile in enumerate(new))
        return done

    def push(self, leaf: bytes) -> list[TileRoot]:
        """Appends one leaf hash."""
        return self.extend((leaf,))

    def root(self) -> bytes:
        """The tree hash of everything appended so far."""
        return _join(self.pending) if self.size else EMPTY_ROOT


def stored_root(size: int, get: Get) -> bytes:
    """The tree hash of the first `size` leaves of a stored tree."""
    return Frontier.load(size, get).root()


def inclusion_proof(index: int, size: int, get: Get) -> list[bytes]:
    """PATH(index, D[size]) of section 2.1.3.1: from the leaf's sibling up; [] for a tree of one leaf."""
    if not 0 <= index < size:
        raise TreeError(f"no leaf {index} in a tree of {size}")
    reader = _Reader(get, size)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(reader.range_root(middle, end))
            end = middle
        else:
            path.append(reader.range_root(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, get: Get) -> list[bytes]:
    """PROOF(old, D[new]) of section 2.1.4.1; [] when `old` is 0 or `new`."""
    if not 0 <= old <= new:
        raise TreeError(f"a tree of {new} does not contain one of {old}")
    if old in (0, new):
        return []
    reader = _Reader(get, new)
    proof: list[bytes] = []
    start, end = 0, new
    whole = True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(reader.range_root(middle, end))
            end = middle
        else:
            proof.append(reader.range_root(start, middle))
            start = middle
            whole = False
    if not whole:
        proof.append(reader.range_root(start, end))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Whether `proof` shows the leaf hash at `index` of the tree (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            computed = node_hash(sibling, computed)
            while here and not here & 1:
                here >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, sibling)
        here >>= 1
        last >>= 1
    return last == 0 and computed == root_hash


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `new` leaves begins with that of `old` (section 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here >>= 1
        last >>= 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            older = node_hash(sibling, older)
            newer = node_hash(sibling, newer)
            while here and not here & 1:
                here >>= 1
                last >>= 1
        else:
            newer = node_hash(newer, sibling)
        here >>= 1
        last >>= 1
    return last == 0 and older == old_root and newer == new_root


class _Reader:
    """Reads whole tiles, each once: the siblings of one path lie in the same few tiles."""

    def __init__(self, get: Get, size: int) -> None:
        self._get = get
        self._size = size
        self._tiles: dict[tuple[int, int], Sequence[bytes]] = {}

    def range_root(self, start: int, end: int) -> bytes:
        """The tree hash of leaves [start, end), `start` a multiple of a power of two that is at least `end - start`."""
        pending: list[Sequence[bytes]] = []
        at = start
        for level in reversed(range(_levels(end - start))):
            width = TILE_BITS * level
            count = (end - at) >> width
            pending.append(self._run(level, at >> width, count) if count else ())
            at += count << width
        return _join(pending[::-1])

    def _run(self, level: int, start: int, count: int) -> Sequence[bytes]:
        # An aligned run of at most 256 elements never crosses a tile.
        offset = start % TILE
        return self._tile(level, start >> TILE_BITS)[offset : offset + count]

    def _tile(self, level: int, index: int) -> Sequence[bytes]:
        tile = self._tiles.get((level, index))
        if tile is None:
            start = index * TILE
            count = min(TILE, (self._size >> (TILE_BITS * level)) - start)
            tile = self._tiles[level, index] = _read(self._get, level, start, count)
        return tile


def _read(get: Get, level: int, start: int, count: int) -> Sequence[bytes]:
    hashes = get(level, start, count)
    if len(hashes) != count:
        raise TreeError(f"level {level} holds {len(hashes)} of the {count} hashes expected from {start} on")
    return hashes


def _levels(size: int) -> int:
    return (size.bit_length() + TILE_BITS - 1) // TILE_BITS


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """The tree hash of a non-empty run of roots of equally large subtrees."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        odd = hashes[-1:] if len(hashes) & 1 else ()
        hashes = [*[sha256(b"\x01" + left + right).digest() for left, right in pairs], *odd]
    return hashes[0]


def _join(pending: Sequence[Sequence[bytes]]) -> bytes:
    """The tree hash of a tree cut into runs, the widest subtrees last."""
    below: bytes | None = None
    for run in pending:
        # What lies right of a run is a smaller, incomplete subtree: it hangs on as one more element.
        elements = run if below is None else [*run, below]
        if elements:
            below = _fold(elements)
    if below is None:
        raise TreeError("an empty run has no root")
    return below
