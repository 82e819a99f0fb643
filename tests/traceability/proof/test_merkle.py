"""The tree of RFC 6962 against public vectors, and against a model that follows its text."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.proof.merkle import (
    EMPTY_ROOT,
    Node,
    Run,
    consistency_runs,
    grow,
    hash_run,
    inclusion_runs,
    leaf_hash,
    needed,
    root_of_peaks,
    verify_consistency,
    verify_inclusion,
)

VECTORS = Path(__file__).parents[4] / "shared" / "data" / "merkle"
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="no ../shared/data/merkle here")

leaves = st.lists(st.binary(max_size=8), min_size=1, max_size=70, unique=True)


def cases(name):
    return json.loads((VECTORS / name).read_text())["cases"]


def unpacked(words):
    return [base64.b64decode(word) for word in words or []]


@needs_vectors
def test_every_public_vector_of_inclusion_is_judged_rightly():
    wrong = [
        case["case"]
        for case in cases("inclusion.json")
        if verify_inclusion(
            case["leafIdx"],
            case["treeSize"],
            *unpacked([case["leafHash"]]),
            unpacked(case["proof"]),
            *unpacked([case["root"]]),
        )
        == case["wantErr"]
    ]
    assert wrong == []


@needs_vectors
def test_every_public_vector_of_consistency_is_judged_rightly():
    wrong = [
        case["case"]
        for case in cases("consistency.json")
        if verify_consistency(
            case["size1"],
            case["size2"],
            *unpacked([case["root1"], case["root2"]]),
            unpacked(case["proof"]),
        )
        == case["wantErr"]
    ]
    assert wrong == []


def model_root(data):
    """MTH of RFC 6962, 2.1, as it is written there."""
    if len(data) < 2:
        return hashlib.sha256(b"\x00" + data[0] if data else b"").digest()
    k = 1
    while k * 2 < len(data):
        k *= 2
    return hashlib.sha256(b"\x01" + model_root(data[:k]) + model_root(data[k:])).digest()


def grown(data):
    """The complete subtrees of a log, each under the leaf that completes it."""
    peaks, nodes = [], {}
    for index, one in enumerate(data):
        leaf = leaf_hash(one)
        nodes[Node(0, index)] = leaf
        for level, found in enumerate(grow(peaks, index, leaf), 1):
            node = Node(level, index >> level)
            assert node.completed_by == index
            nodes[node] = found
    assert root_of_peaks(peaks) == model_root(data)
    return nodes


def test_the_tree_of_nothing_and_the_tree_of_one():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (
        leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert root_of_peaks([]) == hash_run(Run(0, 0), {}) == EMPTY_ROOT


@given(data=leaves, pick=st.data())
def test_what_is_in_is_proved_at_its_place_and_nowhere_else(data, pick):
    nodes, size = grown(data), len(data)
    index = pick.draw(st.integers(0, size - 1))
    root, leaf = model_root(data), leaf_hash(data[index])
    proof = [hash_run(run, nodes) for run in inclusion_runs(index, size)]
    assert verify_inclusion(index, size, leaf, proof, root)
    other = pick.draw(st.integers(0, size + 3).filter(lambda one: one != index))
    assert not verify_inclusion(other, size, leaf, proof, root)
    assert not verify_inclusion(index, size, leaf_hash(data[index] + b"!"), proof, root)
    assert not verify_inclusion(index, size, leaf, [*proof, root], root)
    if proof:
        assert not verify_inclusion(index, size, leaf, proof[:-1], root)


@given(data=leaves, pick=st.data())
def test_a_log_that_grew_is_told_from_one_that_was_rewritten(data, pick):
    nodes, new = grown(data), len(data)
    old = pick.draw(st.integers(1, new))
    roots = model_root(data[:old]), model_root(data)
    proof = [hash_run(run, nodes) for run in consistency_runs(old, new)]
    assert verify_consistency(old, new, *roots, proof)
    place = pick.draw(st.integers(0, old - 1))
    other = [*data[:place], data[place] + b"!", *data[place + 1 : old]]
    assert not verify_consistency(old, new, model_root(other), roots[1], proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (2**64 - 1, 2**64 - 1)])
def test_no_proof_of_a_leaf_that_is_not_there(index, size):
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_runs(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 3), (4, 3), (-1, 2)])
def test_no_proof_between_sizes_of_nothing(old, new):
    with pytest.raises(ValueError, match="no such sizes"):
        consistency_runs(old, new)
    assert not verify_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])


@pytest.mark.parametrize("size", [10**6, 10**6 + 1, 2**20 - 1, 2**40 - 1])
def test_a_proof_in_a_great_log_needs_a_few_hashes(size):
    for index in (0, 1, size // 3, size - 2, size - 1):
        assert len(needed(inclusion_runs(index, size))) <= 2 * size.bit_length()
    for old in (1, size // 3, size - 1, size):
        assert len(needed(consistency_runs(old, size))) <= 2 * size.bit_length()
