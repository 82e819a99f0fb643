"""The tree of RFC 6962: hashes, inclusion and consistency proofs, made and verified.

A tree of n leaves splits at the largest power of two below n. Whatever a proof needs is a
run of leaves, and each run falls into complete subtrees: with those kept, a proof reads
at most two of them a level. A complete subtree is kept at the leaf that completes it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Node:
    """The complete subtree over the leaves from ``index << level`` on, ``1 << level`` of them."""

    level: int
    index: int

    @property
    def completed_by(self) -> int:
        """Return the number of the leaf that completes it."""
        return ((self.index + 1) << self.level) - 1


@dataclass(frozen=True)
class Run:
    """The leaves from ``begin`` up to ``end``, a subtree of the whole tree."""

    begin: int
    end: int

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Return the complete subtrees it falls into, from left to right."""
        return tuple(_complete(self.begin, self.end))


Nodes = Mapping[Node, bytes]


def hash_run(run: Run, nodes: Nodes) -> bytes:
    """Return the hash over a run of leaves.

    :raises KeyError: when one of its complete subtrees is not there.
    """
    if run.begin == run.end:
        return EMPTY_ROOT
    *before, last = (nodes[node] for node in run.nodes)
    for left in reversed(before):
        last = node_hash(left, last)
    return last


def grow(peaks: list[bytes], index: int, leaf: bytes) -> list[bytes]:
    """Put leaf ``index`` on a tree and return the hashes of the subtrees it completes, small first.

    ``peaks`` are the complete subtrees of the tree so far, the largest first; they are changed.
    The leaf itself is not among what is returned.
    """
    completed = []
    while index & 1:
        leaf = node_hash(peaks.pop(), leaf)
        completed.append(leaf)
        index >>= 1
    peaks.append(leaf)
    return completed


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """Return the root of a tree whose complete subtrees are these, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    *before, root = peaks
    for left in reversed(before):
        root = node_hash(left, root)
    return root


def inclusion_runs(index: int, size: int) -> list[Run]:
    """Return the runs of leaves whose hashes prove that leaf ``index`` is in a tree of ``size``.

    :raises ValueError: when there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    runs: list[Run] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            runs.append(Run(middle, end))
            end = middle
        else:
            runs.append(Run(begin, middle))
            begin = middle
    return runs[::-1]


def consistency_runs(old: int, new: int) -> list[Run]:
    """Return the runs of leaves whose hashes prove that a tree of ``new`` goes on one of ``old``.

    :raises ValueError: unless ``0 < old <= new``.
    """
    if not 0 < old <= new:
        raise ValueError("no such sizes")
    runs: list[Run] = []
    begin, end, whole = 0, new, True
    while old < end:
        middle = begin + _split(end - begin)
        if old <= middle:
            runs.append(Run(middle, end))
            end = middle
        else:
            runs.append(Run(begin, middle))
            begin, whole = middle, False
    # The verifier knows the root of the old tree already when it is a subtree of the new one.
    return ([] if whole else [Run(begin, end)]) + runs[::-1]


def needed(runs: Sequence[Run]) -> set[Node]:
    """Return the complete subtrees that these runs fall into."""
    return {node for run in runs for node in run.nodes}


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether a proof shows that a leaf (its hash) is number ``index`` of ``size`` leaves."""
    if not 0 <= index < size or any(len(one) != HASH_BYTES for one in (leaf, root, *proof)):
        return False
    place, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(one, found)
            place, last = _climb(place, last)
        else:
            found = node_hash(found, one)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a proof shows that the tree of ``new`` leaves begins with that of ``old``."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if not proof:
        return False
    first, *rest = proof if old & (old - 1) else (old_root, *proof)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return _joins(place, last, first, rest) == (old_root, new_root)


def _joins(
    place: int, last: int, first: bytes, rest: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """Return the roots of the old and the new tree that a consistency proof leads to."""
    was = now = first
    for one in rest:
        if last == 0:
            return None
        if place & 1 or place == last:
            was, now = node_hash(one, was), node_hash(one, now)
            place, last = _climb(place, last)
        else:
            now = node_hash(now, one)
        place, last = place >> 1, last >> 1
    return (was, now) if last == 0 else None


def _climb(place: int, last: int) -> tuple[int, int]:
    """Skip the levels on which the last node has no sister."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _split(count: int) -> int:
    """Return the largest power of two below a count of at least two."""
    return 1 << ((count - 1).bit_length() - 1)


def _complete(begin: int, end: int) -> Iterator[Node]:
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield Node(level, begin >> level)
        begin += 1 << level
