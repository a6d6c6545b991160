"""Writes what the reference implementations make of the exported model, for the tests of the TypeScript side.

    python reference.py --model .. --image PICTURE.png --out ../../../test/fixtures/starter-reference.json

Token ids by Hugging Face's tokenizers, pixels by PIL, vectors by onnxruntime in Python.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from tokenizers import Tokenizer

from evaluate import unit
from export import normalised
from model import CONTEXT, END

TEXTS = [
    "something is on fire", "A photo of a DOG", "  two   spaces\tand\na tab ", "", "the gate is open!", "it's the neighbour's cat", "parcel no. 12345",
    "Straße, naïve café, señor", "дверь открыта", "門が開いている", "الباب مفتوح", "🔥🚒 fire 🔥", "e\u0301 is é", "a very long sentence " * 60,
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    session = lambda name: onnxruntime.InferenceSession(str(args.model / "onnx" / name), providers=["CPUExecutionProvider"])
    vision, text = session("vision_model_int8.onnx"), session("text_model.onnx")
    rounded = lambda vector: [round(float(v), 6) for v in vector]

    def of_text(words: str) -> dict:
        ids = tokenizer.encode(words).ids
        ids = ids if len(ids) <= CONTEXT else [*ids[: CONTEXT - 1], END]
        padded = np.array([ids + [END] * (CONTEXT - len(ids))], np.int64)
        return {"text": words, "ids": ids, "vector": rounded(unit(text.run(None, {"input_ids": padded})[0])[0])}

    side = json.loads((args.model / "preprocessor_config.json").read_text())["size"]["height"]
    pixels = np.asarray(Image.open(args.image).convert("RGB").resize((side, side), Image.Resampling.BICUBIC))
    # A generator that is easy to write again in another language: pixel i of picture p is (i·31 + p·101 + i²) mod 256.
    index = np.arange(3 * side * side * 3, dtype=np.int64).reshape(3, -1)
    seeded = ((index * 31 + np.arange(3)[:, None] * 101 + index * index) % 256).astype(np.uint8).reshape(3, side, side, 3)
    vectors = unit(vision.run(None, {"pixel_values": normalised(seeded)})[0])
    reference = {
        "texts": [of_text(words) for words in TEXTS],
        "seeded": [rounded(vector) for vector in vectors],
        "image": {"pixels": pixels[::16, ::16].reshape(-1).tolist(), "vector": rounded(unit(vision.run(None, {"pixel_values": normalised(pixels[None])})[0])[0])},
    }
    args.out.write_text(json.dumps(reference, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
