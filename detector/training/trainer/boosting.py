"""LightGBM with fixed seeds, one thread and deterministic histograms: the same rows give the same model, bit for bit."""
import lightgbm as lgb
import numpy as np

from trainer.measures import threshold_at

FIXED = dict(objective="binary", verbose=-1, num_threads=1, deterministic=True, force_row_wise=True, seed=7)


def fit(x: np.ndarray, y: np.ndarray, names: list[str], params: dict, rounds: int) -> lgb.Booster:
    return lgb.train({**FIXED, **params}, lgb.Dataset(x, y, feature_name=names), rounds)


def without(x: np.ndarray, names: list[str], left_out: list[str]) -> np.ndarray:
    """Constant columns are never split on: the model keeps the whole vector's layout."""
    kept = x.copy()
    kept[:, [names.index(name) for name in left_out]] = 0.0
    return kept


def out_of_fold(x: np.ndarray, y: np.ndarray, label: np.ndarray, names: list[str], params: dict, rounds: int, folds: int = 5) -> np.ndarray:
    """Margins of training rows by models that have not seen them; folds are stretches of time within each class."""
    fold = np.zeros(len(y), int)
    for name in np.unique(label):
        rows = np.flatnonzero(label == name)
        fold[rows] = np.arange(len(rows)) * folds // len(rows)
    margins = np.zeros(len(y))
    for k in range(folds):
        margins[fold == k] = fit(x[fold != k], y[fold != k], names, params, rounds).predict(x[fold == k], raw_score=True)
    return margins


def calibrated_threshold(x: np.ndarray, y: np.ndarray, label: np.ndarray, names: list[str], params: dict, rounds: int, rate: float) -> float:
    """The margin that `rate` of the training set's negatives exceed, each scored by a model that has not seen it."""
    return threshold_at(out_of_fold(x, y, label, names, params, rounds)[y == 0], rate)
