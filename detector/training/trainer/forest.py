"""What does not look like benign traffic: an isolation forest on benign flows of CIC-IDS2017, that sees no attack when it is trained."""
from pathlib import Path

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length

from trainer.data import Flows, first_of_each, read_flows
from trainer.ddos import application_flows
from trainer.export import forest_margins, forest_trees, signed_log
from trainer.measures import measure, threshold_at

FEATURES = ["duration", "forward_packet_size", "backward_packet_size", "packet_ratio", "byte_ratio", "packet_interval",
            "is_tcp", "is_udp", "saw_syn", "saw_fin", "saw_rst", "saw_ack"]
PARAMS = dict(n_estimators=100, max_samples=1024, random_state=2, n_jobs=1)
FALSE_POSITIVE_RATE = 0.01


def train(matrices: Path) -> dict:
    flows = read_flows(matrices / "cicids.csv", keep_duplicates=True)
    columns = [flows.names.index(name) for name in FEATURES]
    benign = np.flatnonzero(flows.label == "BENIGN")
    learned = benign[: int(0.7 * len(benign))]
    calibrated = learned[int(0.8 * len(learned)):]
    of = lambda rows: flows.x[rows][:, columns]
    grow = lambda rows, seed: IsolationForest(**{**PARAMS, "random_state": seed}).fit(signed_log(of(rows)))

    forest = grow(learned, PARAMS["random_state"])
    margins = forest_margins(forest, of(np.arange(len(flows))))
    normaliser = float(_average_path_length(np.array([forest.max_samples_]))[0])
    assert np.array_equal(-forest.score_samples(signed_log(flows.x[:, columns])), 2 ** (-margins / (len(forest.estimators_) * normaliser)))
    # Calibrated on the newest benign flows that were trained on, by a forest that has not seen them.
    held_out = forest_margins(grow(learned[: int(0.8 * len(learned))], PARAMS["random_state"]), of(calibrated))
    threshold = -threshold_at(-held_out, FALSE_POSITIVE_RATE)

    tested = np.setdiff1d(np.arange(len(flows)), learned)
    once = tested[first_of_each(flows.x[tested], flows.label[tested])]
    suspicion = -margins
    attack = flows.label != "BENIGN"
    rows = [("all rows of the test", "calibrated", measure(attack[tested], suspicion[tested], -threshold)),
            ("duplicates removed", "calibrated", measure(attack[once], suspicion[once], -threshold))]
    for seed in (1, 3, 4, 5):
        other = -forest_margins(grow(learned, seed), of(tested))
        rows.append((f"all rows, random seed {seed} instead of {PARAMS['random_state']}", "FPR 1 %", measure(attack[tested], other, threshold_at(other[~attack[tested]], 0.01))))
    by_class = [(name, int((margins[once][flows.label[once] == name] < threshold).sum()), int((flows.label[once] == name).sum())) for name in np.unique(flows.label)]
    applications = application_flows(matrices)
    captures = read_flows(matrices / "attack-captures.csv", keep_duplicates=True)
    score = lambda part: -forest_margins(forest, part.x[:, columns])
    foreign = [("benign: application captures", "calibrated", measure(np.zeros(len(applications), bool), score(applications), -threshold)),
               ("attack captures, all", "calibrated", measure(np.ones(len(captures), bool), score(captures), -threshold))]
    return dict(trees=forest_trees(forest, columns), normaliser=normaliser, forest=forest, columns=columns, threshold=threshold, rows=rows, by_class=by_class,
                foreign=foreign, train=flows.where(learned), test=flows.where(tested), flows=flows)
