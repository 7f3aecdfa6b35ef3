"""The feature matrices that detector/training/extract.ts wrote, with duplicates removed, and splits that keep time's order."""
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Flows:
    label: np.ndarray
    group: np.ndarray
    time_ms: np.ndarray
    x: np.ndarray
    names: list[str]
    """Rows read, before duplicates (same class, same features) went."""
    rows_read: int

    def __len__(self) -> int:
        return len(self.label)

    def where(self, chosen: np.ndarray) -> "Flows":
        return Flows(self.label[chosen], self.group[chosen], self.time_ms[chosen], self.x[chosen], self.names, self.rows_read)


def read_flows(path: Path, keep_duplicates: bool = False) -> Flows:
    with path.open() as file:
        header, *rows = csv.reader(file)
    flows = Flows(np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), np.array([float(r[2]) for r in rows]),
                  np.array([[float(v) for v in r[3:]] for r in rows]), header[3:], len(rows))
    in_time = flows.where(np.argsort(flows.time_ms, kind="stable"))
    return in_time if keep_duplicates else in_time.where(first_of_each(in_time.x, in_time.label))


def first_of_each(x: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Indices of the first row of every distinct pair of features and class, in order."""
    seen: set[tuple[str, bytes]] = set()
    kept = []
    for i, key in enumerate(zip(label, (row.tobytes() for row in x))):
        if key not in seen:
            seen.add(key)
            kept.append(i)
    return np.array(kept)


def first_part(flows: Flows, share: float = 0.7) -> np.ndarray:
    """True for the first 70 % of each class in time: what is trained on lies before what is tested on."""
    chosen = np.zeros(len(flows), bool)
    for name in np.unique(flows.label):
        rows = np.flatnonzero(flows.label == name)
        chosen[rows[: int(len(rows) * share)]] = True
    return chosen
