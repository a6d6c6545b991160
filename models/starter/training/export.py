"""Writes a trained checkpoint as a model directory in the hub's layout.

    python export.py --checkpoint checkpoint.pt --data FOLDER --out ..

Vision: batch norms folded into the convolutions, then static int8 with one scale a channel, calibrated on training
pictures. Text: small, and stays float.
"""
import argparse
import json
import math
import re
import tempfile
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

import captions as words
from data import read, training_texts
from model import CONTEXT, DIM, INPUT_PX, Text, Vision
from train import MEAN, STD

NOTICE = "Demonstration model: it understands the rendered sample scenes, not real footage."


class Calibration(CalibrationDataReader):
    def __init__(self, pixels: np.ndarray):
        self.batches = iter(np.array_split(pixels, len(pixels) // 16))

    def get_next(self):
        batch = next(self.batches, None)
        return None if batch is None else {"pixel_values": normalised(batch)}


def normalised(pixels: np.ndarray) -> np.ndarray:
    """As the hub's image processors do it: every step in 32 bits."""
    scaled = pixels.transpose(0, 3, 1, 2).astype(np.float32) * np.float32(1 / 255)
    return (scaled - np.float32(MEAN)) / np.float32(STD)


def export_onnx(module: torch.nn.Module, example: torch.Tensor, path: Path, names: tuple[str, str]) -> None:
    torch.onnx.export(
        module.eval(), (example,), str(path), input_names=[names[0]], output_names=[names[1]],
        dynamic_axes={names[0]: {0: "batch"}, names[1]: {0: "batch"}}, opset_version=17, dynamo=False,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threshold", type=float, required=True, help="default threshold on the margin, from evaluate.py")
    args = parser.parse_args()
    checkpoint = torch.load(args.checkpoint, weights_only=True)
    vision, text = Vision(), Text(checkpoint["known"])
    vision.load_state_dict(checkpoint["vision"])
    text.load_state_dict(checkpoint["text"])
    onnx = args.out / "onnx"
    onnx.mkdir(parents=True, exist_ok=True)

    with tempfile.TemporaryDirectory() as folder:
        plain, prepared = Path(folder, "vision.onnx"), Path(folder, "prepared.onnx")
        export_onnx(vision, torch.zeros(2, 3, INPUT_PX, INPUT_PX), plain, ("pixel_values", "image_embeds"))
        quant_pre_process(str(plain), str(prepared))
        pictures = read(*args.data)
        chosen = np.random.default_rng(0).choice(len(pictures.pixels), min(512, len(pictures.pixels)), replace=False)
        quantize_static(
            str(prepared), str(onnx / "vision_model_int8.onnx"), Calibration(pictures.pixels[np.sort(chosen)]), quant_format=QuantFormat.QDQ,
            per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
        )
    export_onnx(text, torch.zeros(2, CONTEXT, dtype=torch.int64), onnx / "text_model.onnx", ("input_ids", "text_embeds"))

    write = lambda name, content: (args.out / name).write_text(json.dumps(content, indent=2) + "\n")
    write("config.json", {"model_type": "clip", "projection_dim": DIM, "logit_scale_init_value": round(math.log(checkpoint["scale"]), 4),
          "text_config": {"max_position_embeddings": CONTEXT, "vocab_size": 49_408}, "vision_config": {"image_size": INPUT_PX}})
    write("preprocessor_config.json", {"image_processor_type": "CLIPImageProcessor", "do_resize": True, "size": {"height": INPUT_PX, "width": INPUT_PX}, "resample": 3,
          "do_center_crop": False, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [MEAN] * 3, "image_std": [STD] * 3, "do_convert_rgb": True})
    known = sorted({word for part in training_texts() for word in re.findall(r"[a-z]+", part.lower())})
    write("wordwatch.json", {"name": "starter", "demonstration": True, "notice": NOTICE, "license": "Apache-2.0", "logitScale": round(checkpoint["scale"], 4),
          "defaultThreshold": args.threshold, "knownWords": known})


if __name__ == "__main__":
    main()
