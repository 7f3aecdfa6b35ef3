"""Malware against benign devices on flow features of IoT-23, whose records have neither time nor addresses."""
from pathlib import Path

import numpy as np

from trainer.boosting import calibrated_threshold, fit
from trainer.data import Flows, first_of_each, read_flows
from trainer.measures import measure, threshold_at

PARAMS = dict(num_leaves=15, learning_rate=0.05, min_data_in_leaf=50, feature_fraction_bynode=0.5, bagging_fraction=0.7, bagging_freq=1, lambda_l2=1.0)
ROUNDS = 200
FALSE_POSITIVE_RATE = 0.01
FAMILIES = {"1": "port scan", "2": "C&C", "4": "C&C heartbeat", "6": "DDoS", "9": "attack"}
DEVICES = "iot23-devices.csv"


def train(matrices: Path) -> dict:
    flows = read_flows(matrices / "iot23.csv")
    devices = read_flows(matrices / DEVICES)
    y = (flows.label != "0").astype(int)
    first = np.zeros(len(y), bool)
    first[np.random.default_rng(7).permutation(len(y))[: int(0.7 * len(y))]] = True

    def learn(chosen: np.ndarray, also: Flows | None = None):
        """Flows chosen, and benign flows of other devices; model and its calibrated threshold."""
        x, target, label = flows.x[chosen], y[chosen], flows.label[chosen]
        if also is not None:
            x, target, label = np.vstack([x, also.x]), np.concatenate([target, np.zeros(len(also), int)]), np.concatenate([label, also.group])
        model = fit(x, target, flows.names, PARAMS, ROUNDS)
        return model, calibrated_threshold(x, target, label, flows.names, PARAMS, ROUNDS, FALSE_POSITIVE_RATE)

    margin_of = lambda model, x: model.predict(x, raw_score=True)
    tested = y[~first] == 1
    alone, alone_threshold = learn(first)
    rows = [("random 70/30, devices unseen", "calibrated", measure(tested, margin_of(alone, flows.x[~first]), alone_threshold)),
            ("unseen devices, all three", "calibrated", measure(np.zeros(len(devices), bool), margin_of(alone, devices.x), alone_threshold)),
            ("unseen devices, all three", "probability 0.5", measure(np.zeros(len(devices), bool), margin_of(alone, devices.x), 0.0))]
    at_devices = threshold_at(margin_of(alone, devices.x), 0.02)
    rows.append(("random 70/30 at the threshold that 2 % of unseen devices' flows exceed", "device FPR 2 %", measure(tested, margin_of(alone, flows.x[~first]), at_devices)))

    for device in np.unique(devices.group):
        left = devices.group == device
        model, threshold = learn(first, devices.where(~left))
        name = f"leave one device out: {device.replace('honey_optimized_', '').replace('optimized.csv', '')}"
        margins = np.concatenate([margin_of(model, flows.x[~first & (y == 1)]), margin_of(model, devices.x[left])])
        rows.append((name, "calibrated", measure(np.arange(len(margins)) < int(tested.sum()), margins, threshold)))

    for family, name in FAMILIES.items():
        model, threshold = learn(first & (flows.label != family), devices)
        chosen = (flows.label == family) | (~first & (y == 0))
        rows.append((f"leave one family out: {name}", "calibrated", measure(y[chosen] == 1, margin_of(model, flows.x[chosen]), threshold)))

    model, threshold = learn(first, devices)
    rows.append(("shipped (devices learned), random 70/30", "calibrated", measure(tested, margin_of(model, flows.x[~first]), threshold)))
    benign = {row.tobytes() for row in flows.x[y == 0]}
    shared = len(benign & {row.tobytes() for row in flows.x[y == 1]})
    return dict(model=model, threshold=threshold, rows=rows, shared=shared, benign=len(benign), foreign=foreign(model, threshold, matrices),
                train=joined(flows.where(first), devices), test=flows.where(~first), flows=flows)


def joined(flows: Flows, devices: Flows) -> Flows:
    label = np.concatenate([flows.label, np.full(len(devices), "0")])
    x = np.vstack([flows.x, devices.x])
    kept = first_of_each(x, label)
    return Flows(label[kept], np.concatenate([flows.group, devices.group])[kept], np.zeros(len(kept)), x[kept], flows.names, flows.rows_read + devices.rows_read)


def foreign(model, threshold: float, matrices: Path) -> list:
    ctu = read_flows(matrices / "ctu13.csv")
    cic = read_flows(matrices / "cicids.csv")
    cic = cic.where(np.isin(cic.label, ["BENIGN", "Botnet"]))
    return [(name, "calibrated", measure(positive, model.predict(flows.x, raw_score=True), threshold))
            for name, flows, positive in [("CTU-13: Botnet against Normal and Background", ctu, ctu.label == "Botnet"), ("CIC-IDS2017: Botnet against benign", cic, cic.label == "Botnet")]]
