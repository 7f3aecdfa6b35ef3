"""Small LightGBM models of made-up rows, with the margins LightGBM gives for vectors on and beside their thresholds.

They hold the engine to LightGBM's rules for missing values, which the shipped models have no occasion to use.
    python -m trainer.fixtures OUT
"""
import sys
from pathlib import Path

import lightgbm as lgb
import numpy as np

from trainer.golden import vectors_around, write_golden

FEATURES = ["a", "b", "c", "d"]


def rows(seed: int, missing: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(0, 3, 4000), rng.integers(0, 6, 4000), rng.exponential(1e6, 4000), rng.integers(-1, 2, 4000)]).astype(float)
    y = ((x[:, 0] > 0.5) ^ (x[:, 1] > 3) | (x[:, 2] > 2e6)).astype(float)
    if missing == "nan":
        x[rng.random(x.shape) < 0.1] = np.nan
    if missing == "zero":
        x[rng.random(x.shape) < 0.2] = 0.0
    return x, y


def main(out: Path) -> None:
    for seed, missing in enumerate(["none", "nan", "zero"]):
        x, y = rows(seed, missing)
        params = dict(objective="binary", num_leaves=9, learning_rate=0.2, verbose=-1, num_threads=1, deterministic=True,
                      force_row_wise=True, seed=1, zero_as_missing=missing == "zero", use_missing=missing != "none")
        model = lgb.train(params, lgb.Dataset(x, y, feature_name=FEATURES), 25)
        model.save_model(str(out / f"missing-{missing}.txt"))
        vectors = vectors_around(x, thresholds_of(model), 700, seed)
        vectors[:100][np.random.default_rng(9).random((100, 4)) < 0.3] = np.nan
        vectors[100:130] = [[1e-36, -1e-36, 2e-35, 0.0]] * 30
        write_golden(out / f"missing-{missing}.golden", vectors, model.predict(vectors, raw_score=True))


def thresholds_of(model: lgb.Booster) -> list[list[float]]:
    """Thresholds by feature, exactly as the text has them."""
    found: list[list[float]] = [[] for _ in model.feature_name()]
    splits: list[int] = []
    for line in model.model_to_string().splitlines():
        key, _, value = line.partition("=")
        if key == "split_feature":
            splits = [int(word) for word in value.split()]
        if key == "threshold":
            for feature, word in zip(splits, value.split()):
                found[feature].append(float(word))
    return [sorted(set(values)) for values in found]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
