"""The two encoders. Pictures: a small convolutional network. Texts: a set transformer over the words it knows."""
import torch
import torch.nn.functional as F
from torch import nn

DIM = 128
INPUT_PX = 128
CONTEXT = 77
START, END = 49_406, 49_407


def conv(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.first = conv(channels, channels, 1)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.second(self.first(x)))


class Vision(nn.Module):
    """[n, 3, 128, 128] normalised pixels → [n, DIM]. Plain 3×3 convolutions: fast in int8, and they keep it well."""

    FEATURES = 64 + 112 + 112

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Sequential(conv(3, 16, 2), conv(16, 32, 2), Residual(32), conv(32, 64, 2), Residual(64), Residual(64))
        self.coarse = nn.Sequential(conv(64, 112, 2), Residual(112))
        self.head = nn.Linear(self.FEATURES, DIM)

    def features(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Maxima find what fills one cell of the 16×16 or the 8×8, the mean what fills the picture."""
        fine = self.fine(pixel_values)
        coarse = self.coarse(fine)
        return torch.cat([fine.amax((2, 3)), coarse.amax((2, 3)), coarse.mean((2, 3))], 1)

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(pixel_values))


class Text(nn.Module):
    """[n, 77] token ids → [n, DIM]. Words never seen in training, padding and special tokens take no part."""

    def __init__(self, known: torch.Tensor, width: int = 128):
        super().__init__()
        lookup = torch.zeros(49_408, dtype=torch.int32)
        lookup[known] = torch.arange(1, len(known) + 1, dtype=torch.int32)
        self.register_buffer("lookup", lookup)
        self.words = nn.Embedding(len(known) + 1, width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.mix = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.head = nn.Linear(2 * width, DIM)
        nn.init.normal_(self.words.weight, std=0.5)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        index = self.lookup[input_ids].long()
        if self.training:  # a word may be missing: the rest of the sentence must do
            index = index * (torch.rand(index.shape) > 0.12)
        here = (index > 0).float().unsqueeze(2)
        x = self.words(index)
        # No positions: the same words in another order mean the same, which lets unseen wordings work.
        weight = self.query(x) @ self.key(x).transpose(1, 2) / x.shape[2] ** 0.5
        weight = (weight - 1e4 * (1 - here.transpose(1, 2))).softmax(2)
        x = x + weight @ self.value(x)
        x = x + self.mix(x)
        mean = (x * here).sum(1) / here.sum(1).clamp(min=1)
        top = (x - 1e4 * (1 - here)).amax(1).clamp(min=-1e3)
        return self.head(torch.cat([mean, top], 1))
