"""A model's folder: the model, its ONNX twin, its card for machines and for people. Everything but the signature."""
import json
import platform
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy
import onnx
import sklearn

from trainer.conformal import conformal_text
from trainer.data import Flows
from trainer.golden import vectors_around, write_golden
from trainer.measures import histogram_of
from trainer.report import table_of

LIBRARIES = dict(python=platform.python_version(), numpy=numpy.__version__, lightgbm=lightgbm.__version__, sklearn=sklearn.__version__, onnx=onnx.__version__)


@dataclass(frozen=True)
class Shipped:
    name: str
    title: str
    threat: str
    kind: str
    file: str
    text: str
    onnx: bytes
    threshold: float
    false_positive_rate: float
    calibrated_on: str
    data: list[str]
    train: Flows
    benign: str
    conformal: dict
    parameters: dict
    tables: list[tuple[str, list]]
    limits: list[str]


def write_folder(out: Path, model: Shipped, schema: dict) -> None:
    folder = out / model.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / model.file).write_text(model.text)
    (folder / "model.onnx").write_bytes(model.onnx)
    (folder / "conformal.json").write_text(conformal_text(model.conformal))
    benign = model.train.label == model.benign
    card = dict(
        format="cybermesh-model-card/1", name=model.name, version="1.0.0", title=model.title, threat=model.threat, mode="shadow",
        model=dict(file=model.file, kind=model.kind), onnx="model.onnx", conformal="conformal.json",
        features=dict(schema=schema["version"], sha256=schema["sha256"], names=schema["features"]),
        threshold=dict(margin=model.threshold, falsePositiveRate=model.false_positive_rate, calibratedOn=model.calibrated_on),
        training=dict(data=model.data, rowsRead=model.train.rows_read, rows=len(model.train), benignRows=int(benign.sum()), parameters=model.parameters, libraries=LIBRARIES),
        domain=histogram_of(model.train.x[benign], model.train.names),
        metrics=[dict(title=title, rows=[dict(test=name, at=rule, **figures) for name, rule, figures in rows]) for title, rows in model.tables],
        limits=model.limits)
    (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n")
    (folder / "card.md").write_text(page_of(model, card))


def page_of(model: Shipped, card: dict) -> str:
    training = card["training"]
    parts = [f"# {model.name} {card['version']}: {model.title}", "",
             f"* Kind: {model.kind}, `{model.file}`; the same trees as ONNX in `model.onnx`. Mode: shadow, it never decides alone.",
             f"* Features: {card['features']['schema']} ({len(card['features']['names'])}), SHA-256 `{card['features']['sha256']}`.",
             f"* Trained on {training['rows']} of {training['rowsRead']} rows, {training['benignRows']} of them benign. {' '.join(model.data)}",
             f"* Threshold: margin {model.threshold!r}, calibrated to {model.false_positive_rate:.1%} false positives on {model.calibrated_on}.",
             f"* Parameters: `{json.dumps(model.parameters)}`; {', '.join(f'{k} {v}' for k, v in LIBRARIES.items())}.", "", "## Limits", "",
             *[f"* {limit}" for limit in model.limits]]
    for title, rows in model.tables:
        parts += ["", f"## {title}", "", table_of(rows)]
    return "\n".join(parts) + "\n"


def write_golden_of(path: Path, x: numpy.ndarray, thresholds: list[list[float]], margins_of, seed: int) -> None:
    vectors = vectors_around(x, thresholds, 1500, seed)
    write_golden(path, vectors, margins_of(vectors))
