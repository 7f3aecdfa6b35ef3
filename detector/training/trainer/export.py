"""Trained models as files: LightGBM's text, our JSON of isolation forests, and the same trees as ONNX for bulk scoring."""
import json
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length


@dataclass(frozen=True)
class Tree:
    """Nodes as arrays; feature -1 marks a leaf, whose output is its value."""
    feature: list[int]
    value: list[float]
    left: list[int]
    right: list[int]
    rows: list[int]


def lightgbm_text(model: lgb.Booster) -> str:
    return model.model_to_string(importance_type="split")


def lightgbm_trees(text: str) -> list[Tree]:
    """From the text, so that ONNX has what the text has."""
    trees = []
    for block in text.split("end of trees")[0].split("\nTree=")[1:]:
        field = dict(line.split("=", 1) for line in block.splitlines()[1:] if "=" in line)
        numbers = lambda key, kind: [kind(word) for word in field[key].split()]
        leaves = int(field["num_leaves"])
        if leaves == 1:
            trees.append(Tree([-1], numbers("leaf_value", float), [0], [0], [1]))
            continue
        node = lambda child: child if child >= 0 else leaves - 2 - child
        trees.append(Tree(numbers("split_feature", int) + [-1] * leaves, numbers("threshold", float) + numbers("leaf_value", float),
                          [node(c) for c in numbers("left_child", int)] + [0] * leaves, [node(c) for c in numbers("right_child", int)] + [0] * leaves,
                          numbers("internal_count", int) + numbers("leaf_count", int)))
    return trees


def signed_log(x: np.ndarray) -> np.ndarray:
    """What the forests are trained on. scikit-learn compares float32, so that is part of the function."""
    return (np.sign(x) * np.log1p(np.abs(x))).astype(np.float32)


def forest_trees(forest: IsolationForest, columns: list[int]) -> list[Tree]:
    """Thresholds in raw units: `signed_log(x) <= t` holds exactly where `x <= raw(t)`, since signed_log never falls."""
    trees = []
    for estimator in forest.estimators_:
        tree = estimator.tree_
        leaf = tree.children_left == -1
        depth = np.zeros(tree.node_count)
        for node in np.flatnonzero(~leaf):
            depth[[tree.children_left[node], tree.children_right[node]]] = depth[node] + 1
        length = (depth + 1) + _average_path_length(tree.n_node_samples) - 1.0
        value = np.where(leaf, length, 0.0)
        value[~leaf] = raw_thresholds(tree.threshold[~leaf])
        trees.append(Tree([-1 if l else columns[f] for l, f in zip(leaf, tree.feature)], value.tolist(),
                          np.where(leaf, 0, tree.children_left).tolist(), np.where(leaf, 0, tree.children_right).tolist(), tree.n_node_samples.tolist()))
    return trees


def raw_thresholds(thresholds: np.ndarray) -> np.ndarray:
    """For each threshold the largest double that signed_log puts at or below it, by bisection over the doubles in order."""
    low = np.full(len(thresholds), ordinal(np.array([-1e300]))[0])
    high = np.full(len(thresholds), ordinal(np.array([1e300]))[0])
    while np.any(low + 1 < high):
        # high - low may exceed 63 bits.
        middle = (low >> 1) + (high >> 1) + (low & high & 1)
        below = signed_log(double(middle)) <= thresholds
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return double(low)


def ordinal(x: np.ndarray) -> np.ndarray:
    """Integers in the order of the doubles."""
    bits = x.astype(np.float64).view(np.int64)
    return np.where(bits >= 0, bits, np.int64(-(2**63)) - bits)


def double(order: np.ndarray) -> np.ndarray:
    return np.where(order >= 0, order, np.int64(-(2**63)) - order).astype(np.int64).view(np.float64)


def forest_margins(forest: IsolationForest, x: np.ndarray) -> np.ndarray:
    """Sums of path lengths in the order of the trees, as scikit-learn's own score_samples adds them up before its logarithm."""
    total = np.zeros(len(x))
    logs = signed_log(x)
    for estimator in forest.estimators_:
        leaves = estimator.apply(logs)
        counts = estimator.tree_.n_node_samples
        depths = np.asarray(estimator.tree_.decision_path(logs).sum(axis=1)).ravel()
        total += (depths + _average_path_length(counts)[leaves]) - 1.0
    return total


def forest_json(trees: list[Tree], features: list[str], normaliser: float) -> str:
    plain = lambda value: int(value) if float(value).is_integer() and abs(value) < 1e15 else value
    body = [json.dumps(dict(feature=t.feature, value=[plain(v) for v in t.value], left=t.left, right=t.right, rows=t.rows), separators=(",", ":")) for t in trees]
    head = json.dumps(dict(format="cybermesh-isolation-forest/1", features=features, normaliser=normaliser), separators=(",", ":"))
    return head[:-1] + ',"trees":[\n' + ",\n".join(body) + "\n]}\n"


def onnx_bytes(trees: list[Tree], features: int) -> bytes:
    """One TreeEnsembleRegressor with double thresholds and sums (ai.onnx.ml 3), one output: the margin, rounded to float32."""
    count = [len(t.feature) for t in trees]
    flat = lambda part: [v for t in trees for v in part(t)]
    tree_ids, node_ids = np.repeat(np.arange(len(trees)), count).tolist(), [n for c in count for n in range(c)]
    leaf = [f == -1 for f in flat(lambda t: t.feature)]
    value = flat(lambda t: t.value)
    leaves = [i for i, is_leaf in enumerate(leaf) if is_leaf]
    tensor = lambda name, values: numpy_helper.from_array(np.array(values, np.float64), name)
    node = helper.make_node(
        "TreeEnsembleRegressor", ["vector"], ["margin"], domain="ai.onnx.ml", n_targets=1, aggregate_function="SUM", post_transform="NONE",
        nodes_treeids=tree_ids, nodes_nodeids=node_ids, nodes_featureids=[max(0, f) for f in flat(lambda t: t.feature)],
        nodes_modes=["LEAF" if is_leaf else "BRANCH_LEQ" for is_leaf in leaf], nodes_truenodeids=flat(lambda t: t.left), nodes_falsenodeids=flat(lambda t: t.right),
        nodes_values_as_tensor=tensor("thresholds", [0.0 if is_leaf else v for is_leaf, v in zip(leaf, value)]),
        target_treeids=[tree_ids[i] for i in leaves], target_nodeids=[node_ids[i] for i in leaves], target_ids=[0] * len(leaves),
        target_weights_as_tensor=tensor("outputs", [value[i] for i in leaves]))
    graph = helper.make_graph([node], "trees", [helper.make_tensor_value_info("vector", TensorProto.DOUBLE, [None, features])],
                              [helper.make_tensor_value_info("margin", TensorProto.FLOAT, [None, 1])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 3)], ir_version=8, producer_name="cybermesh")
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)
