"""Trains the starter model.

    python train.py --data FOLDER [FOLDER …] --tokenizer ../tokenizer.json --out checkpoint.pt

The renderer knows what every picture shows, so every caption is compared with every picture of a batch, not only with
its own: a sigmoid loss over all pairs, and the same on the margin that the program scores with at run time
(`rules/margin.ts`). A plain classifier of the concepts on the same features, dropped after training, teaches the
network to see sooner than sentences do.
"""
import argparse
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import captions as words
from data import Caption, CaptionMaker, Pictures, read, training_texts
from model import CONTEXT, END, START, Text, Vision

MEAN, STD = 0.5, 0.25
COLOUR_CONCEPTS = ("sunset", "orange-lamp", "red-shirt")
LENGTH = 24  # tokens; training captions are shorter


def encode(tokenizer: Tokenizer, texts: list[str], length: int = LENGTH) -> torch.Tensor:
    ids = torch.full((len(texts), length), END)
    for row, text in enumerate(texts):
        tokens = tokenizer.encode(text).ids[:length]
        ids[row, : len(tokens)] = torch.tensor(tokens)
    return ids


def known_tokens(tokenizer: Tokenizer) -> torch.Tensor:
    ids = {i for text in training_texts() for i in tokenizer.encode(text).ids}
    return torch.tensor(sorted(ids - {START, END}))


def augment(pixels: np.ndarray, labels: np.ndarray, colour: list[int]) -> tuple[torch.Tensor, np.ndarray]:
    """What another camera might have made of the same picture. Mirrored things keep their names."""
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255)
    n = len(x)
    flip = torch.rand(n) < 0.5
    x[flip] = x[flip].flip(3)
    dy, dx = (int(v) for v in torch.randint(-3, 4, (2,)))
    x = F.pad(x, (3, 3, 3, 3), mode="replicate")[:, :, 3 + dy : 131 + dy, 3 + dx : 131 + dx]
    grey = torch.rand(n) < 0.12
    x[grey] = x[grey].mean(1, keepdim=True)
    labels = labels.copy()
    for concept in colour:
        labels[grey.numpy(), concept] = -1
    gain = torch.empty(n, 3, 1, 1).uniform_(0.92, 1.08) * torch.empty(n, 1, 1, 1).uniform_(0.75, 1.2)
    x = x * gain + torch.empty(n, 1, 1, 1).uniform_(-0.06, 0.06)
    soft = torch.rand(n) < 0.15
    x[soft] = F.avg_pool2d(x[soft], 3, 1, 1, count_include_pad=False)
    return x.clamp_(0, 1).sub_(MEAN).div_(STD).contiguous(memory_format=torch.channels_last), labels


def pair_loss(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Logistic loss over all decided pairs; rare truths weigh more, up to five times."""
    yes, no = (truth == 1).float(), (truth == 0).float()
    weight = (no.sum(0) / yes.sum(0).clamp(min=1)).clamp(1, 5)
    losses = F.softplus(-logits) * yes * weight + F.softplus(logits) * no
    return losses.sum() / (yes * weight + no).sum()


class Trainer:
    def __init__(self, args: argparse.Namespace, pictures: Pictures):
        self.args, self.pictures = args, pictures
        self.tokenizer = Tokenizer.from_file(str(args.tokenizer))
        self.vision = Vision().to(memory_format=torch.channels_last)
        self.text = Text(known_tokens(self.tokenizer))
        self.classifier = torch.nn.Linear(Vision.FEATURES, len(pictures.meta["concepts"]))
        self.scale = torch.nn.Parameter(torch.tensor(2.7))  # ln τ
        self.bias = torch.nn.Parameter(torch.tensor(-4.0))
        self.bank = encode(self.tokenizer, words.bank())
        self.maker = CaptionMaker(pictures.meta, random.Random(args.seed))
        self.colour = [pictures.meta["concepts"].index(c) for c in COLOUR_CONCEPTS]
        parameters = [*self.vision.parameters(), *self.classifier.parameters(), *self.text.parameters(), self.scale, self.bias]
        decay = [p for p in parameters if p.ndim > 1]
        rest = [p for p in parameters if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.02}, {"params": rest, "weight_decay": 0}], lr=args.lr)
        self.steps = args.epochs * (len(pictures.pixels) // args.batch)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, args.lr, total_steps=self.steps, pct_start=0.08)

    def loss(self, rows: np.ndarray) -> torch.Tensor:
        x, labels = augment(self.pictures.pixels[rows], self.pictures.labels[rows], self.colour)
        attributes = self.pictures.attributes[rows]
        made: list[Caption] = self.maker.batch()
        truth = torch.from_numpy(np.stack([c.truth(labels, attributes) for c in made], 1))
        with torch.autocast("cpu", torch.bfloat16):
            features = self.vision.features(x)
            seen = self.vision.head(features)
        named = pair_loss(self.classifier(features.float()), torch.from_numpy(labels))
        said = self.text(torch.cat([encode(self.tokenizer, [c.text for c in made]), self.bank]))
        seen, said = F.normalize(seen.float()), F.normalize(said.float())
        cosines = seen @ said.T
        logits, bank = cosines[:, : len(made)], cosines[:, len(made) :]
        scale = self.scale.clamp(max=4.6).exp()
        pairs = pair_loss(scale * logits + self.bias, truth)
        about = [i for i, c in enumerate(made) if c.concept is not None]
        contrast = torch.logsumexp(scale * bank, 1, keepdim=True) - np.log(bank.shape[1])
        margins = scale * logits[:, about] - contrast
        return pairs + pair_loss(margins, truth[:, about]) + named

    def run(self) -> None:
        rng = np.random.default_rng(self.args.seed)
        n, batch = len(self.pictures.pixels), self.args.batch
        began, step = time.time(), 0
        # Pictures that show something rare come more often.
        shows = self.pictures.labels == 1
        rarity = 0.5 + (shows / np.sqrt(shows.mean(0))).sum(1) * 0.1
        rarity /= rarity.sum()
        for epoch in range(self.args.epochs):
            self.vision.train(), self.text.train()
            order, total = rng.choice(n, n, p=rarity), 0.0
            for i in range(n // batch):
                rows = np.sort(order[i * batch : (i + 1) * batch])
                loss = self.loss(rows)
                self.optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self.vision.parameters(), 5)
                self.optimizer.step()
                self.schedule.step()
                total, step = total + loss.item(), step + 1
                if step % 50 == 0:
                    print(f"epoch {epoch} step {step}/{self.steps} loss {total / (i + 1):.3f} τ {self.scale.detach().exp():.1f} {(time.time() - began) / 60:.1f} min", flush=True)
            self.save()

    def save(self) -> None:
        torch.save({"vision": self.vision.state_dict(), "text": self.text.state_dict(), "known": known_tokens(self.tokenizer), "scale": float(self.scale.detach().clamp(max=4.6).exp())}, self.args.out)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    Trainer(args, read(*args.data)).run()


if __name__ == "__main__":
    main()
