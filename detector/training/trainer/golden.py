"""Golden vectors: made-up rows on, just above and just below a model's thresholds, with the trainer's own margins.

A file of little-endian doubles, a row after another, the margin last. They are no rows of any data set.
"""
from pathlib import Path

import numpy as np


def vectors_around(x: np.ndarray, thresholds: list[list[float]], count: int, seed: int) -> np.ndarray:
    """Each value is a threshold of its feature, one double beside it, or anywhere within the feature's range."""
    rng = np.random.default_rng(seed)
    low, high = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    vectors = low + (high - low) * rng.random((count, x.shape[1])) ** 4
    for feature, values in enumerate(thresholds):
        if not values:
            continue
        at = np.array(values)[rng.integers(0, len(values), count)]
        kind = rng.integers(0, 4, count)
        for k, shifted in enumerate([at, np.nextafter(at, np.inf), np.nextafter(at, -np.inf)]):
            vectors[kind == k, feature] = shifted[kind == k]
    return vectors


def write_golden(path: Path, vectors: np.ndarray, margins: np.ndarray) -> None:
    np.column_stack([vectors, margins]).astype("<f8").tofile(path)
