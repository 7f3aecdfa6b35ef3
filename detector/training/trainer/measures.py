"""Figures of a test: confusion counts at a threshold, Wilson intervals, AUC, recall at fixed false positive rates."""
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

PREVALENCE = 1e-4


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if of == 0:
        return (0.0, 1.0)
    z, p = 1.959963984540054, hits / of
    middle, half = p + z * z / (2 * of), z * np.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return (float((middle - half) / (1 + z * z / of)), float((middle + half) / (1 + z * z / of)))


def threshold_at(negatives: np.ndarray, rate: float) -> float:
    """The lowest threshold that at most `rate` of the negatives lie above."""
    return float(np.sort(negatives)[::-1][int(rate * len(negatives))])


def measure(positive: np.ndarray, score: np.ndarray, threshold: float) -> dict:
    """@param score higher is more suspicious; @param threshold an alarm lies above it"""
    hit = score > threshold
    tp, fp = int((hit & positive).sum()), int((hit & ~positive).sum())
    fn, tn = int(positive.sum()) - tp, int((~positive).sum()) - fp
    figures = dict(threshold=threshold, tp=tp, fn=fn, fp=fp, tn=tn)
    if tp + fn > 0:
        figures |= dict(recall=tp / (tp + fn), recall_ci=wilson(tp, tp + fn))
    if fp + tn > 0:
        figures |= dict(fpr=fp / (fp + tn), fpr_ci=wilson(fp, fp + tn))
    if tp + fn > 0 and fp + tn > 0:
        figures |= dict(auc=float(roc_auc_score(positive, score)), pr_auc=float(average_precision_score(positive, score)))
        for name, rate in (("tpr_at_01", 0.001), ("tpr_at_1", 0.01)):
            figures[name] = float((score[positive] > threshold_at(score[~positive], rate)).mean())
        figures["ppv_at_1e4"] = precision_at(figures["recall"], figures["fpr_ci"][1] if fp == 0 else figures["fpr"])
    return figures


def precision_at(recall: float, fpr: float, prevalence: float = PREVALENCE) -> float:
    """What share of alarms would be right if one flow in 10 000 were an attack (Axelsson 2000)."""
    alarms = recall * prevalence + fpr * (1 - prevalence)
    return recall * prevalence / alarms if alarms > 0 else 0.0


def histogram_of(x: np.ndarray, names: list[str]) -> dict:
    """Deciles of each feature and the share of rows below or at each: what batches are compared with."""
    histogram = {}
    for name, column in zip(names, x.T):
        edges = np.unique(np.quantile(column, np.arange(1, 10) / 10, method="lower"))
        edges = edges[edges < column.max()]
        counts = np.bincount(np.searchsorted(edges, column, side="left"), minlength=len(edges) + 1)
        histogram[name] = dict(edges=edges.tolist(), shares=[int(n) / len(column) for n in counts])
    return histogram
