"""Our proofs, verified by a library that shares no code with them."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, InvalidProof
from pymerkle.proof import ConsistencyProof, InclusionProof

from countermark.ledger import tree

SIZE = 700
ENTRIES = [b'{"entry":%d}' % number for number in range(SIZE)]
LEAVES = [tree.leaf_hash(entry) for entry in ENTRIES]
FRONTIER = tree.Frontier()
LEVELS = {0: LEAVES, 1: [tile.hash for tile in FRONTIER.extend(LEAVES) if tile.level == 1]}

THEIRS = InmemoryTree(algorithm="sha256")
for entry in ENTRIES:
    THEIRS.append_entry(entry)


def get(level: int, start: int, count: int) -> list[bytes]:
    return LEVELS[level][start : start + count]


def our_inclusion_proof(index: int, size: int) -> InclusionProof:
    """Our path in their envelope: they count from one, put the leaf first and write down on which side each hash stands."""
    envelope = THEIRS.prove_inclusion(index + 1, size)
    envelope.path = [LEAVES[index], *tree.inclusion_proof(index, size, get)]
    return envelope


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_an_inclusion_proof_convinces_the_other_library(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, SIZE))
    index = data.draw(st.integers(0, size - 1))
    root = tree.stored_root(size, get)
    our_inclusion_proof(index, size).verify(LEAVES[index], root, index=index + 1, size=size, algorithm="sha256")


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_the_other_library_refuses_our_proof_of_another_leaf(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, SIZE))
    index, other = data.draw(st.permutations(range(size)))[:2]
    with pytest.raises(InvalidProof):
        our_inclusion_proof(index, size).verify(LEAVES[other], tree.stored_root(size, get))


def test_every_root_is_the_one_the_other_library_computes() -> None:
    assert [tree.stored_root(size, get) for size in range(SIZE + 1)] == [
        THEIRS.get_root(size) for size in range(SIZE + 1)
    ]


def in_the_form_of_the_rfc(theirs: ConsistencyProof) -> list[bytes]:
    """Their path always goes down to a leaf or to the older tree's last subtree; the RFC stops where the older tree ends:
    what lies right of there is one hash, and an older tree that is one whole subtree is not repeated.
    """
    first = theirs.subset.index(1)
    right = theirs.path[:1]
    for side, digest in zip(theirs.rule, theirs.path[1:first], strict=False):
        right = [tree.node_hash(digest, right[0]) if side else tree.node_hash(right[0], digest)]
    whole = theirs.prior_size & (theirs.prior_size - 1) == 0 or theirs.prior_size == theirs.size
    return [*([] if whole else [theirs.path[first]]), *(right if first else []), *theirs.path[first + 1 :]]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_consistency_proof_that_convinces_the_other_library_is_ours(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, SIZE))
    old = data.draw(st.integers(1, new))
    theirs: ConsistencyProof = THEIRS.prove_consistency(old, new)
    theirs.verify(tree.stored_root(old, get), tree.stored_root(new, get), prior_size=old, later_size=new)
    assert tree.consistency_proof(old, new, get) == in_the_form_of_the_rfc(theirs)


def rebuilt(old: int, new: int, proof: list[bytes], whole: bytes | None) -> tuple[bytes, bytes]:
    """Both roots out of a consistency proof, straight from the definition of SUBPROOF: consumes `proof`."""
    if old == new:
        known = proof.pop(0) if whole is None else whole
        return known, known
    split = 1
    while split * 2 < new:
        split *= 2
    if old <= split:
        older, newer = rebuilt(old, split, proof, whole)
        return older, sha256(b"\x01" + newer + proof.pop(0)).digest()
    older, newer = rebuilt(old - split, new - split, proof, None)
    left = proof.pop(0)
    return sha256(b"\x01" + left + older).digest(), sha256(b"\x01" + left + newer).digest()


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_consistency_proof_holds_both_roots_by_definition(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, SIZE))
    old = data.draw(st.integers(1, new))
    proof = tree.consistency_proof(old, new, get)
    roots = THEIRS.get_root(old), THEIRS.get_root(new)
    assert rebuilt(old, new, proof, roots[0]) == roots
    assert proof == []
