"""Judges the exported model on scenes and wordings it never saw, with the score the program uses.

    python evaluate.py --model .. --test FOLDER --rules-dir ../../../src/rules [--table table.md]

AP: average precision of the margin over the crops of the test split, mean over the held-out wordings.
Recall: at the margin that 0.1 % of the crops without the concept exceed. Small: scenes with one thing narrower than
4 % of the frame; AP of the whole frame against the largest margin of the 11 tiles.
"""
import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

import captions as words
from data import Pictures, read
from export import normalised
from model import CONTEXT, END


class Model:
    def __init__(self, folder: Path, rules: Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = lambda name: onnxruntime.InferenceSession(str(folder / "onnx" / name), options, providers=["CPUExecutionProvider"])
        self.vision, self.text = session("vision_model_int8.onnx"), session("text_model.onnx")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.scale = json.loads((folder / "wordwatch.json").read_text())["logitScale"]
        self.templates = json.loads((rules / "prompt-templates.json").read_text())
        self.bank = np.stack([self.phrase(p) for p in json.loads((rules / "contrast-bank.json").read_text())])

    def texts(self, texts: list[str]) -> np.ndarray:
        ids = np.full((len(texts), CONTEXT), END, np.int64)
        for row, text in enumerate(texts):
            tokens = self.tokenizer.encode(text).ids[:CONTEXT]
            ids[row, : len(tokens)] = tokens
        return unit(self.text.run(None, {"input_ids": ids})[0])

    def phrase(self, phrase: str) -> np.ndarray:
        return unit(self.texts([t.replace("{}", phrase) for t in self.templates]).mean(0))

    def pictures(self, pixels: np.ndarray) -> np.ndarray:
        return unit(np.concatenate([self.vision.run(None, {"pixel_values": normalised(pixels[i : i + 64])})[0] for i in range(0, len(pixels), 64)]))

    def margins(self, vectors: np.ndarray, phrase: str) -> np.ndarray:
        """`rules/margin.ts`, without a rule's own `not:` phrases."""
        positive = self.phrase(phrase)
        near = self.bank @ positive
        far = (near - near.mean()) / (1 - near.mean()) <= 0.6  # `contrasting` in rules/rule-vectors.ts
        contrast = self.scale * vectors @ self.bank[far].T
        top = contrast.max(1)
        return self.scale * vectors @ positive - (top + np.log(np.exp(contrast - top[:, None]).mean(1)))


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def average_precision(scores: np.ndarray, truth: np.ndarray) -> float:
    order = np.argsort(-scores, kind="stable")
    hits = truth[order]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits == 1].mean()) if hits.any() else float("nan")


def judge(model: Model, test: Pictures) -> list[dict]:
    vectors = model.pictures(test.pixels)
    light = test.attributes[:, 1]
    rows = []
    for column, concept in enumerate(test.meta["concepts"]):
        label = test.labels[:, column]
        use = label >= 0
        truth = label[use]
        scores = [model.margins(vectors, wording)[use] for wording in words.HELD_OUT[concept]]
        def ap(mask: np.ndarray) -> float:
            return float(np.mean([average_precision(s[mask], truth[mask]) for s in scores])) if truth[mask].any() else float("nan")
        recall = np.mean([(s[truth == 1] > np.quantile(s[truth == 0], 0.999)).mean() for s in scores])
        trained = model.margins(vectors, words.TRAIN[concept][0])[use]
        rows.append({"concept": concept, "n": int(truth.sum()), "ap": ap(np.ones(len(truth), bool)), **{name: ap(light[use] == i) for i, name in enumerate(test.meta["lights"])},
                     "recall": float(recall), "p9995": float(np.quantile(trained[truth == 0], 0.9995)), "median": float(np.median(trained[truth == 1]))})
    return rows


def judge_small(model: Model, small: Pictures) -> list[dict]:
    vectors = model.pictures(small.pixels)
    rows = []
    for column, concept in enumerate(small.meta["concepts"]):
        label = small.labels[::12, column]
        if (label == 1).sum() < 5 or concept in ("person", "red-shirt"):
            continue
        use = label >= 0
        scores = np.mean([model.margins(vectors, w) for w in words.HELD_OUT[concept]], 0).reshape(-1, 12)[use]
        rows.append({"concept": concept, "n": int((label == 1).sum()), "whole": average_precision(scores[:, 0], label[use]), "tiles": average_precision(scores.max(1), label[use])})
    return rows


def speed(model: Model) -> dict[int, float]:
    """Milliseconds a picture, one thread, by batch size."""
    out = {}
    for batch in (1, 8, 11):
        x = np.zeros((batch, 3, 128, 128), np.float32)
        times = []
        for _ in range(30):
            began = time.perf_counter()
            model.vision.run(None, {"pixel_values": x})
            times.append((time.perf_counter() - began) / batch * 1000)
        out[batch] = float(np.median(times))
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--rules-dir", type=Path, required=True)
    parser.add_argument("--table", type=Path)
    args = parser.parse_args()
    model = Model(args.model, args.rules_dir)
    rows = judge(model, read(args.test))
    lines = ["| concept | crops | AP | day | night | infrared | recall at 0.1 % false |", "|---|---|---|---|---|---|---|"]
    cell = lambda v: "–" if np.isnan(v) else f"{v:.3f}"
    lines += [f"| {r['concept']} | {r['n']} | {cell(r['ap'])} | {cell(r['day'])} | {cell(r['night'])} | {cell(r['infrared'])} | {cell(r['recall'])} |" for r in rows]
    good = sum(r["ap"] >= 0.95 for r in rows)
    lines += ["", f"AP ≥ 0.95 for {good} of {len(rows)} concepts; mean {np.mean([r['ap'] for r in rows]):.3f}.", ""]
    small = judge_small(model, read(args.test / "small"))
    lines += ["| thing under 4 % of the width | scenes | AP, whole frame | AP, 11 tiles |", "|---|---|---|---|"]
    lines += [f"| {r['concept']} | {r['n']} | {r['whole']:.3f} | {r['tiles']:.3f} |" for r in small]
    lines += ["", f"Mean: whole frame {np.mean([r['whole'] for r in small]):.3f}, tiles {np.mean([r['tiles'] for r in small]):.3f}."]
    print("\n".join(lines))
    print("margin that 0.05 % of crops without the concept exceed / median with it:", {r["concept"]: (round(r["p9995"], 1), round(r["median"], 1)) for r in rows})
    print("ms a picture, one thread, by batch:", {k: round(v, 2) for k, v in speed(model).items()})
    if args.table:
        args.table.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
