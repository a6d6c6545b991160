"""Reads what samples/render/dataset.ts wrote, and says which captions are true of which picture."""
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import captions as words


@dataclass
class Pictures:
    pixels: np.ndarray  # [n, 128, 128, 3] uint8
    labels: np.ndarray  # [n, concepts] int8: 1 visible, 0 absent, -1 unclear
    attributes: np.ndarray  # [n, 6] int16: scene, light, weather, view, scene id, width of the smallest object in ‰
    meta: dict


def read(*folders: Path) -> Pictures:
    metas = [json.loads((f / "meta.json").read_text()) for f in folders]
    side, concepts = metas[0]["inputSizePx"], len(metas[0]["concepts"])
    pixels = np.concatenate([np.fromfile(f / "images.u8", np.uint8).reshape(-1, side, side, 3) for f in folders])
    labels = np.concatenate([np.fromfile(f / "labels.i8", np.int8).reshape(-1, concepts) for f in folders])
    attributes = np.concatenate([np.fromfile(f / "attrs.i16", np.int16).reshape(-1, 6) for f in folders])
    return Pictures(pixels, labels, attributes, metas[0])


@dataclass(frozen=True)
class Caption:
    """A text and what must hold for it to be true; None: it does not say."""

    text: str
    concept: int | None = None
    scene: int | None = None
    light: int | None = None
    weather: int | None = None

    def truth(self, labels: np.ndarray, attributes: np.ndarray) -> np.ndarray:
        """1, 0 or -1 for each picture."""
        result = np.ones(len(labels), np.int8)
        if self.concept is not None:
            result = labels[:, self.concept].copy()
        for column, value in enumerate((self.scene, self.light, self.weather)):
            if value is not None:
                result[attributes[:, column] != value] = 0
        return result


class CaptionMaker:
    """Draws captions: plain, and joined with a place, a light or a weather."""

    def __init__(self, meta: dict, rng: random.Random):
        self.concepts, self.scenes, self.lights, self.weathers = meta["concepts"], meta["scenes"], meta["lights"], meta["weathers"]
        self.rng = rng

    def of_concept(self, concept: int) -> Caption:
        text = self.rng.choice(words.TRAIN[self.concepts[concept]])
        return self._join(text, concept=concept, chance=0.3)

    def of_scene(self, scene: int) -> Caption:
        return self._join(self.rng.choice(words.SCENES[self.scenes[scene]]), scene=scene, chance=0.5)

    def _join(self, text: str, *, concept: int | None = None, scene: int | None = None, chance: float) -> Caption:
        rng, light, weather = self.rng, None, None
        if scene is None and rng.random() < chance / 2:
            scene = rng.randrange(len(self.scenes))
            text += " " + rng.choice(words.PLACES[self.scenes[scene]])
        if rng.random() < chance:
            light = rng.randrange(len(self.lights))
            text += " " + rng.choice(words.LIGHTS[self.lights[light]])
        elif rng.random() < chance / 2:
            weather = rng.randrange(len(self.weathers))
            text += " " + rng.choice(words.WEATHERS[self.weathers[weather]])
        if rng.random() < 0.6:
            text = rng.choice(words.TEMPLATES).replace("{}", text)
        return Caption(text, concept, scene, light, weather)

    def of_light(self, light: int) -> Caption:
        return Caption(self.rng.choice(["a picture ", "a scene ", ""]) + self.rng.choice(words.LIGHTS[self.lights[light]]), light=light)

    def of_weather(self, weather: int) -> Caption:
        return Caption(self.rng.choice(["a picture ", "a scene ", ""]) + self.rng.choice(words.WEATHERS[self.weathers[weather]]), weather=weather)

    def batch(self) -> list[Caption]:
        return [
            *(self.of_concept(c) for c in range(len(self.concepts)) for _ in range(2)),
            *(self.of_scene(s) for s in range(len(self.scenes)) for _ in range(2)),
            *(self.of_light(i) for i in range(len(self.lights))),
            *(self.of_weather(i) for i in range(len(self.weathers))),
        ]


def training_texts() -> list[str]:
    """Every sentence part that training can use: the model knows these words and no others."""
    parts = [*words.TEMPLATES, *words.bank(), "a picture", "a scene"]
    for group in (words.TRAIN, words.SCENES, words.LIGHTS, words.WEATHERS, words.PLACES):
        parts += [phrase for phrases in group.values() for phrase in phrases]
    return [part.replace("{}", "") for part in parts]
