"""The tree over the log: each proof is one statement, however long the log is."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import LogHead, LogLeaf
from traceability.proof.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    Node,
    Run,
    consistency_runs,
    hash_run,
    inclusion_runs,
    needed,
)

MOST_IN_ONE = 10_000
"""SQLite takes 32,766 values in a statement."""


def log_size(session: Session) -> int:
    """Return how many events the log holds."""
    return session.scalar(sa.select(LogHead.size).where(LogHead.id == 1)) or 0


def peaks_of(session: Session, size: int) -> list[bytes]:
    """Return the complete subtrees of the first ``size`` leaves, the largest first."""
    nodes = Run(0, size).nodes
    found = read_nodes(session, nodes)
    return [found[node] for node in nodes]


def root_at(session: Session, size: int) -> bytes:
    """Return the root over the first ``size`` leaves.

    :raises KeyError: when the log does not hold as many.
    """
    whole = Run(0, size)
    return hash_run(whole, read_nodes(session, whole.nodes)) if size else EMPTY_ROOT


def inclusion_proofs(
    session: Session, indices: Collection[int], size: int
) -> dict[int, tuple[bytes, ...]]:
    """Return for each leaf what proves that it is among the first ``size``.

    :raises ValueError: when one is not.
    """
    runs = {index: inclusion_runs(index, size) for index in indices}
    nodes = read_nodes(session, needed([run for each in runs.values() for run in each]))
    return {index: _hashes(each, nodes) for index, each in runs.items()}


def consistency_proof(session: Session, old: int, new: int) -> tuple[bytes, ...]:
    """Return what proves that the first ``old`` leaves stand unchanged before the others.

    :raises ValueError: unless ``0 < old <= new``.
    """
    runs = consistency_runs(old, new)
    return _hashes(runs, read_nodes(session, needed(runs)))


def read_nodes(session: Session, nodes: Collection[Node]) -> dict[Node, bytes]:
    """Return the hashes of complete subtrees, each found at the leaf that completes it."""
    wanted = sorted({node.completed_by for node in nodes})
    rows: dict[int, tuple[bytes, bytes]] = {}
    for begin in range(0, len(wanted), MOST_IN_ONE):
        some = wanted[begin : begin + MOST_IN_ONE]
        found = session.execute(
            sa.select(LogLeaf.seq, LogLeaf.leaf, LogLeaf.nodes).where(LogLeaf.seq.in_(some))
        )
        rows |= {seq: (leaf, kept) for seq, leaf, kept in found}
    return {node: _pick(node, *rows[node.completed_by]) for node in nodes}


def _pick(node: Node, leaf: bytes, kept: bytes) -> bytes:
    end = node.level * HASH_BYTES
    return kept[end - HASH_BYTES : end] if node.level else leaf


def _hashes(runs: Sequence[Run], nodes: dict[Node, bytes]) -> tuple[bytes, ...]:
    return tuple(hash_run(run, nodes) for run in runs)
