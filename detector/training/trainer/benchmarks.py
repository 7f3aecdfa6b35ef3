"""Figures on public benchmarks with models that are not shipped: their features need what most flow sources do not give."""
import csv
from pathlib import Path

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.model_selection import StratifiedKFold

from trainer.boosting import fit
from trainer.data import first_of_each, read_flows
from trainer.export import signed_log
from trainer.measures import measure, threshold_at


def run(data: Path, matrices: Path) -> list:
    return [*nsl_kdd(data / "nsl-kdd"), *full_forest(data / "cicids2017-improved"), *ctu13(data / "ctu13-sample", matrices), *iot_with_port(data / "iot23-sample")]


def nsl_kdd(folder: Path) -> list:
    read = lambda name: list(csv.reader((folder / name).open()))
    training = read("KDDTrain+_20Percent.txt")
    kinds = {column: sorted({row[column] for row in training}) for column in (1, 2, 3)}

    def matrix(rows: list[list[str]]) -> np.ndarray:
        numbers = signed_log(np.array([[float(v) for i, v in enumerate(row[:41]) if i not in kinds] for row in rows]))
        return np.hstack([numbers, np.array([[row[c] == kind for c in kinds for kind in kinds[c]] for row in rows], np.float32)])

    normal = matrix([row for row in training if row[41] == "normal"])
    forest = IsolationForest(n_estimators=200, max_samples=1024, random_state=1, n_jobs=1).fit(normal)
    rows = []
    for share in (0.95, 0.9):
        threshold = float(np.quantile(-forest.score_samples(normal), share))
        for name in ("KDDTest+.txt", "KDDTest-21.txt"):
            test = read(name)
            attack = np.array([row[41] != "normal" for row in test])
            rows.append((f"NSL-KDD {name.removesuffix('.txt')}, isolation forest on normal records", f"{share:.0%} of training normal", measure(attack, -forest.score_samples(matrix(test)), threshold)))
    return rows


DROPPED = {"id", "Flow ID", "Src IP", "Src Port", "Dst IP", "Dst Port", "Timestamp", "Label", "Attempted Category", "Protocol",
           "FWD Init Win Bytes", "Bwd Init Win Bytes", "Fwd Seg Size Min", "Bwd URG Flags"}


def full_forest(folder: Path) -> list:
    rows = [row for path in sorted(folder.glob("*.csv")) for row in csv.DictReader(path.open())]
    columns = [name for name in rows[0] if name not in DROPPED and "Bulk" not in name and "Subflow" not in name]
    order = sorted(range(len(rows)), key=lambda i: rows[i]["Timestamp"])
    x = signed_log(np.array([[float(rows[i][name]) for name in columns] for i in order]))
    attack = np.array([rows[i]["Label"] != "BENIGN" for i in order])
    benign = np.flatnonzero(~attack)
    learned = benign[: int(0.7 * len(benign))]
    tested = np.setdiff1d(np.arange(len(rows)), learned)
    score = -IsolationForest(n_estimators=200, max_samples=256, random_state=1, n_jobs=1).fit(x[learned]).score_samples(x[tested])
    return [(f"CIC-IDS2017, isolation forest on {len(columns)} CICFlowMeter features", "FPR 1 %", measure(attack[tested], score, threshold_at(score[~attack[tested]], 0.01)))]


BOOSTED = dict(num_leaves=7, learning_rate=0.05, min_data_in_leaf=10, feature_fraction_bynode=0.4, bagging_fraction=0.7, bagging_freq=1)
ARGUS = ["sTos", "dTos", "TcpRtt", "SynAck", "AckDat", "SrcPkts", "DstPkts", "SrcBytes", "DstBytes", "SAppBytes", "DAppBytes", "Dur", "TotPkts", "TotBytes", "TotAppByte", "Rate", "SrcRate", "DstRate"]


def ctu13(folder: Path, matrices: Path) -> list:
    lite = read_flows(matrices / "ctu13.csv")
    table = list(csv.DictReader((folder / "ctu13_sample_10k.csv").open()))
    states, protocols = sorted({row["State"] for row in table}), sorted({row["Proto"] for row in table})
    argus = np.array([[float(row[name] or -1) for name in ARGUS] + [row["State"] == s for s in states] + [row["Proto"] == p for p in protocols] for row in table], float)
    botnet = np.array(["Botnet" in row["Label"] for row in table])
    kept = first_of_each(argus, botnet.astype(str))
    rows = []
    for name, x, positive in [("flow features", lite.x, lite.label == "Botnet"), ("Argus features without TTL, hops and window", argus[kept], botnet[kept])]:
        margin = np.zeros(len(x))
        for learned, tested in StratifiedKFold(5, shuffle=True, random_state=1).split(x, positive):
            margin[tested] = fit(x[learned], positive[learned].astype(int), [f"f{i}" for i in range(x.shape[1])], BOOSTED, 300).predict(x[tested], raw_score=True)
        rows.append((f"CTU-13 true labels, 5 folds, {name}", "FPR 1 %", measure(positive, margin, threshold_at(margin[~positive], 0.01))))
    return rows


IOT = ["id.resp_p", "proto", "service", "duration", "orig_bytes", "resp_bytes", "conn_state", "missed_bytes", "orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes"]


def iot_with_port(folder: Path) -> list:
    """The published figure rests on the destination port of the malware's servers; shown for comparison."""
    def read(pattern: str) -> tuple[np.ndarray, np.ndarray]:
        table = [row for path in sorted(folder.glob(pattern)) for row in csv.DictReader(path.open()) if row["label"] != ""]
        x = np.array([[float(row[name] or -1) for name in IOT] for row in table])
        label = np.array([row["label"] for row in table])
        kept = first_of_each(x, label)
        return x[kept], label[kept].astype(float) > 0
    x, malware = read("filtered*.csv")
    devices, _ = read("honey_optimized_honey0.csv")
    order = np.random.default_rng(7).permutation(len(x))
    learned, tested = order[: int(0.7 * len(x))], order[int(0.7 * len(x)):]
    rows = []
    for name, columns in [("with the destination port", list(range(12))), ("conn.log columns without the port", list(range(1, 12)))]:
        model = fit(x[learned][:, columns], malware[learned].astype(int), [f"f{i}" for i in columns], dict(num_leaves=31, learning_rate=0.05, min_data_in_leaf=20), 300)
        rows.append((f"IoT-23 {name}, random 70/30", "probability 0.5", measure(malware[tested], model.predict(x[tested][:, columns], raw_score=True), 0.0)))
        rows.append((f"IoT-23 {name}, unseen devices", "probability 0.5", measure(np.zeros(len(devices), bool), model.predict(devices[:, columns], raw_score=True), 0.0)))
    return rows
