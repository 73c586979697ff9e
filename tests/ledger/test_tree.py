from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermark.ledger import tree


def leaves(count: int) -> list[bytes]:
    return [tree.leaf_hash(b"entry %d" % number) for number in range(count)]


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """MTH as RFC 9162 section 2.1.1 writes it down."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = naive_split(len(hashes))
    return sha256(b"\x01" + naive_root(hashes[:split]) + naive_root(hashes[split:])).digest()


def naive_split(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def naive_path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    split = naive_split(len(hashes))
    if index < split:
        return [*naive_path(index, hashes[:split]), naive_root(hashes[split:])]
    return [*naive_path(index - split, hashes[split:]), naive_root(hashes[:split])]


def naive_proof(old: int, hashes: Sequence[bytes], whole: bool = True) -> list[bytes]:
    if old == len(hashes):
        return [] if whole else [naive_root(hashes)]
    split = naive_split(len(hashes))
    if old <= split:
        return [*naive_proof(old, hashes[:split], whole), naive_root(hashes[split:])]
    return [*naive_proof(old - split, hashes[split:], False), naive_root(hashes[:split])]


class TileStore:
    """What the ledger keeps: leaf hashes and roots of full tiles; counts what is read."""

    def __init__(self, hashes: Sequence[bytes] = ()) -> None:
        self.levels: dict[int, list[bytes]] = {0: []}
        self.frontier = tree.Frontier()
        self.reads: list[int] = []
        self.append(hashes)

    def append(self, hashes: Sequence[bytes]) -> None:
        self.levels[0].extend(hashes)
        for level, position, value in self.frontier.extend(hashes):
            assert position == len(self.levels.setdefault(level, []))
            self.levels[level].append(value)

    def get(self, level: int, start: int, count: int) -> list[bytes]:
        self.reads.append(count)
        return self.levels.get(level, [])[start : start + count]


SMALL = leaves(300)
LARGE = leaves(140_000)
BIG_STORE = TileStore(LARGE)
sizes = st.integers(0, len(LARGE))


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert tree.root([]) == tree.Frontier().root() == tree.stored_root(0, TileStore().get) == sha256(b"").digest()


def test_leaves_and_nodes_are_hashed_with_different_prefixes() -> None:
    assert tree.leaf_hash(b"x") == sha256(b"\x00x").digest()
    assert tree.node_hash(b"l", b"r") == sha256(b"\x01lr").digest()


@pytest.mark.parametrize("make", [tree.root, lambda hashes: TileStore(hashes).frontier.root()])
def test_every_small_root_is_the_one_the_rfc_defines(make: object) -> None:
    assert callable(make)
    for size in range(301):
        assert make(SMALL[:size]) == naive_root(SMALL[:size])


@given(sizes)
@settings(max_examples=15, deadline=None)
def test_the_root_of_any_earlier_size_can_be_read_from_a_grown_store(size: int) -> None:
    assert tree.stored_root(size, BIG_STORE.get) == naive_root(LARGE[:size])


@given(st.lists(st.integers(0, 700), max_size=8))
@settings(max_examples=30, deadline=None)
def test_how_appends_are_cut_into_batches_changes_nothing(cuts: list[int]) -> None:
    store, at = TileStore(), 0
    for count in cuts:
        store.append(LARGE[at : at + count])
        at += count
    at_once = TileStore(LARGE[:at])
    assert store.levels == at_once.levels
    assert store.frontier.root() == at_once.frontier.root()


def test_pushing_leaves_one_by_one_equals_appending_them_together() -> None:
    frontier = tree.Frontier()
    tiles = [tile for leaf in LARGE[:1000] for tile in frontier.push(leaf)]
    assert tiles == tree.Frontier().extend(LARGE[:1000])
    assert frontier.root() == naive_root(LARGE[:1000])


@given(sizes, st.integers(0, 600))
@settings(max_examples=20, deadline=None)
def test_a_loaded_frontier_goes_on_as_if_it_had_never_stopped(size: int, more: int) -> None:
    frontier = tree.Frontier.load(size, BIG_STORE.get)
    frontier.extend(LARGE[size : size + more])
    assert frontier.root() == tree.stored_root(frontier.size, BIG_STORE.get)


def test_each_tile_root_is_the_root_of_its_256_elements() -> None:
    for level in (1, 2):
        below = BIG_STORE.levels[level - 1]
        expected = [naive_root(below[k * 256 : k * 256 + 256]) for k in range(len(below) // 256)]
        assert BIG_STORE.levels[level] == expected


def test_every_small_inclusion_proof_is_the_one_the_rfc_defines() -> None:
    store = TileStore(SMALL)
    for size in [*range(1, 40), 63, 64, 65, 255, 256, 257, 300]:
        for index in range(size):
            assert tree.inclusion_proof(index, size, store.get) == naive_path(index, SMALL[:size])


def test_every_small_consistency_proof_is_the_one_the_rfc_defines() -> None:
    store = TileStore(SMALL)
    for new in [*range(1, 40), 63, 64, 65, 255, 256, 257, 300]:
        for old in range(1, new + 1):
            assert tree.consistency_proof(old, new, store.get) == naive_proof(old, SMALL[:new])


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_proofs_of_large_trees_are_the_ones_the_rfc_defines(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LARGE)))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    assert tree.inclusion_proof(index, size, BIG_STORE.get) == naive_path(index, LARGE[:size])
    assert tree.consistency_proof(old, size, BIG_STORE.get) == naive_proof(old, LARGE[:size])


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_true_proofs_verify(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 2000))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    root, old_root = (tree.stored_root(n, BIG_STORE.get) for n in (size, old))
    path = tree.inclusion_proof(index, size, BIG_STORE.get)
    assert tree.verify_inclusion(LARGE[index], index, size, path, root)
    assert tree.verify_consistency(old, size, old_root, root, tree.consistency_proof(old, size, BIG_STORE.get))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_an_inclusion_proof_fails_for_anything_but_what_it_proves(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 2000))
    index = data.draw(st.integers(0, size - 1))
    root = tree.stored_root(size, BIG_STORE.get)
    path = tree.inclusion_proof(index, size, BIG_STORE.get)
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    bad = data.draw(st.integers(0, len(path) - 1))
    changed = [*path[:bad], sha256(path[bad]).digest(), *path[bad + 1 :]]
    assert not tree.verify_inclusion(LARGE[other], index, size, path, root)
    assert not tree.verify_inclusion(LARGE[index], other, size, path, root)
    assert not tree.verify_inclusion(LARGE[index], index, size, changed, root)
    assert not tree.verify_inclusion(LARGE[index], index, size, path[:-1], root)
    assert not tree.verify_inclusion(LARGE[index], index, size, [*path, path[-1]], root)
    assert not tree.verify_inclusion(LARGE[index], index, size, path, sha256(root).digest())


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_consistency_proof_fails_for_a_rewritten_log(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 2000))
    old = data.draw(st.integers(1, new - 1))
    proof = tree.consistency_proof(old, new, BIG_STORE.get)
    old_root, new_root = (tree.stored_root(n, BIG_STORE.get) for n in (old, new))
    rewritten = list(LARGE[:new])
    rewritten[data.draw(st.integers(0, old - 1))] = bytes(32)
    store = TileStore(rewritten)
    forged = tree.consistency_proof(old, new, store.get)
    assert not tree.verify_consistency(old, new, old_root, store.frontier.root(), forged)
    assert not tree.verify_consistency(old, new, old_root, store.frontier.root(), proof)
    assert not tree.verify_consistency(old, new, old_root, new_root, proof[:-1])
    assert not tree.verify_consistency(old, new, old_root, new_root, [*proof, proof[-1]])


def test_equal_sizes_are_consistent_only_with_equal_roots() -> None:
    assert tree.verify_consistency(5, 5, SMALL[0], SMALL[0], [])
    assert not tree.verify_consistency(5, 5, SMALL[0], SMALL[1], [])


def test_the_empty_log_is_the_beginning_of_every_log_but_only_with_its_own_root() -> None:
    assert tree.verify_consistency(0, 3, tree.EMPTY_ROOT, SMALL[0], [])
    assert not tree.verify_consistency(0, 3, SMALL[1], SMALL[0], [])


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_no_leaf_outside_the_tree_can_be_proved(index: int, size: int) -> None:
    with pytest.raises(tree.TreeError):
        tree.inclusion_proof(index, size, BIG_STORE.get)
    assert not tree.verify_inclusion(SMALL[0], index, size, [], SMALL[0])


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_no_longer_log_is_the_beginning_of_a_shorter_one(old: int, new: int) -> None:
    with pytest.raises(tree.TreeError):
        tree.consistency_proof(old, new, BIG_STORE.get)
    assert not tree.verify_consistency(old, new, SMALL[0], SMALL[0], [])


def test_a_store_shorter_than_its_size_is_reported() -> None:
    with pytest.raises(tree.TreeError, match="level 0 holds 44 of the 45 hashes expected from 256 on"):
        tree.stored_root(301, TileStore(SMALL).get)


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_a_proof_of_ten_million_entries_reads_few_tiles(data: st.DataObject) -> None:
    reads: list[int] = []

    def get(level: int, start: int, count: int) -> list[bytes]:
        assert (start + count) << (8 * level) <= 10_000_000
        reads.append(count)
        return [bytes(32)] * count

    index = data.draw(st.integers(0, 9_999_999))
    for ask, tiles in (
        (lambda: tree.stored_root(10_000_000, get), 3),
        (lambda: tree.inclusion_proof(index, 10_000_000, get), 5),
        (lambda: tree.consistency_proof(index + 1, 10_000_000, get), 5),
    ):
        reads.clear()
        ask()
        assert len(reads) <= tiles
        assert sum(reads) <= tiles * 256
