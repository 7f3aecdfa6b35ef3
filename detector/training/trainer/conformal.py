"""Margins of flows that a model was not trained on, by class: what conformal p-values are counted in (detector/models/conformal.ts).

Of the rows kept from training every other one, in time's order, goes into the table; the others show whether p-values hold.
Nothing else is made of them: no threshold, no choice.
"""
import json

import numpy as np

MOST = 999
LEVELS = (0.01, 0.05, 0.1)


def conformal(margin: np.ndarray, benign: np.ndarray, attack: np.ndarray, high_is_suspicious: bool) -> tuple[dict, list]:
    """The table, and of each class (rows in the table, rows tested, share of these with a p-value at most at each level)."""
    classes, held = {}, []
    for name, chosen, high_is_strange in [("benign", benign, high_is_suspicious), ("attack", attack, not high_is_suspicious)]:
        margins = margin[chosen]
        kept, tested = margins[::2], margins[1::2]
        kept = kept[np.unique(np.linspace(0, len(kept) - 1, min(MOST, len(kept))).astype(int))]
        classes[name] = sorted(float(m) for m in kept)
        p = p_values(np.array(classes[name]), tested, high_is_strange)
        held.append((name, len(kept), len(tested), [float((p <= level).mean()) for level in LEVELS]))
    return dict(format="cybermesh-conformal/1", classes=classes), held


def p_values(table: np.ndarray, margins: np.ndarray, high_is_strange: bool) -> np.ndarray:
    """Ties are broken evenly here; the detector breaks them by the hash of the vector."""
    below, up_to = np.searchsorted(table, margins, side="left"), np.searchsorted(table, margins, side="right")
    stranger = len(table) - up_to if high_is_strange else below
    return (stranger + np.random.default_rng(11).random(len(margins)) * (up_to - below + 1)) / (len(table) + 1)


def conformal_text(table: dict) -> str:
    return json.dumps(table, separators=(",", ":")) + "\n"


def validity_table(rows: list) -> str:
    """Of (model, class, rows in the table, rows tested, shares)."""
    lines = ["| model | class | flows in the table | flows tested | p <= 0.01 | p <= 0.05 | p <= 0.1 |", "|---|---|---|---|---|---|---|"]
    return "\n".join(lines + [f"| {model} | {name} | {kept} | {tested} | {' | '.join(f'{share:.4f}' for share in shares)} |" for model, name, kept, tested, shares in rows])
