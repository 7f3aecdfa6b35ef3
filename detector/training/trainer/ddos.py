"""DoS and DDoS against everything else (benign, scans, password guessing, botnet) on flow features of CIC-IDS2017."""
from pathlib import Path

import numpy as np

from trainer.boosting import calibrated_threshold, fit, without
from trainer.data import Flows, first_part, read_flows
from trainer.measures import measure, threshold_at

TOOLS = ["DDoS", "DoS Hulk", "DoS GoldenEye", "DoS Slowloris", "DoS Slowhttptest"]
PARAMS = dict(num_leaves=15, learning_rate=0.05, min_data_in_leaf=300, feature_fraction_bynode=0.3, bagging_fraction=0.7, bagging_freq=1, lambda_l2=1.0)
ROUNDS = 300
# How much a server answers says what it serves: with these two, slow attacks by an unseen tool look like its normal.
LEFT_OUT = ["packet_ratio", "byte_ratio"]
FALSE_POSITIVE_RATE = 0.001
# Requests to a malware host, C2, an executable, SQL injection, mining, and answers of many servers to one host.
NOT_BENIGN = {"malware.pcap", "trickbot.pcap", "exe_download.pcap", "WebattackSQLinj.pcap", "monero.pcap", "badpackets.pcap"}
FRIDAY_MS = 1499385600000.0


def train(matrices: Path) -> dict:
    flows = read_flows(matrices / "cicids.csv")
    y = np.isin(flows.label, TOOLS).astype(int)
    x = without(flows.x, flows.names, LEFT_OUT)
    model_of = lambda rows: fit(x[rows], y[rows], flows.names, PARAMS, ROUNDS)
    tested_at = lambda model, rows, rate: at_rate(y[rows] == 1, model.predict(flows.x[rows], raw_score=True), rate)

    first = first_part(flows)
    model = model_of(first)
    threshold = calibrated_threshold(x[first], y[first], flows.label[first], flows.names, PARAMS, ROUNDS, FALSE_POSITIVE_RATE)
    margin = model.predict(flows.x, raw_score=True)
    rows = [("chronological, last 30 % of each class", "calibrated", measure(y[~first] == 1, margin[~first], threshold)),
            ("the same, at FPR 0.1 % of the test", "FPR 0.1 %", at_rate(y[~first] == 1, margin[~first], 0.001))]
    shuffled = np.zeros(len(y), bool)
    shuffled[np.random.default_rng(7).permutation(len(y))[: int(0.7 * len(y))]] = True
    rows.append(("in-domain, random 70/30", "FPR 0.1 %", tested_at(model_of(shuffled), ~shuffled, 0.001)))
    friday = flows.time_ms >= FRIDAY_MS
    rows.append(("by day: trained to Thursday, Friday tested (DDoS tool unseen)", "FPR 1 %", tested_at(model_of(~friday), friday, 0.01)))
    for tool in TOOLS:
        tested = (flows.label == tool) | (~first & (y == 0))
        rows.append((f"leave one tool out: {tool}", "FPR 1 %", tested_at(model_of(first & (flows.label != tool)), tested, 0.01)))

    by_class = [(name, int((margin[~first & (flows.label == name)] > threshold).sum()), int((~first & (flows.label == name)).sum())) for name in np.unique(flows.label)]
    return dict(model=model, threshold=threshold, rows=rows, by_class=by_class, foreign=foreign(model, threshold, matrices),
                train=flows.where(first), test=flows.where(~first), flows=flows)


def at_rate(positive: np.ndarray, margin: np.ndarray, rate: float) -> dict:
    return measure(positive, margin, threshold_at(margin[~positive], rate))


def foreign(model, threshold: float, matrices: Path) -> list:
    """Captures of other networks; they took no part in training or in any choice."""
    rows = []
    attack = read_flows(matrices / "attack-captures.csv", keep_duplicates=True)
    for capture in np.unique(attack.group):
        part = attack.where(attack.group == capture)
        rows.append((f"attack: {capture}", "calibrated", measure(np.ones(len(part), bool), model.predict(part.x, raw_score=True), threshold)))
    benign = application_flows(matrices)
    rows.append((f"benign: {len(np.unique(benign.group))} application captures", "calibrated", measure(np.zeros(len(benign), bool), model.predict(benign.x, raw_score=True), threshold)))
    both = np.concatenate([model.predict(attack.x, raw_score=True), model.predict(benign.x, raw_score=True)])
    rows.append(("all attack captures against all application captures", "calibrated", measure(np.arange(len(both)) < len(attack), both, threshold)))
    return rows


def application_flows(matrices: Path) -> Flows:
    flows = read_flows(matrices / "application-captures.csv", keep_duplicates=True)
    return flows.where(~np.isin(flows.group, list(NOT_BENIGN)))
