"""CAM++, a network that tells voices apart; the names in it are those of 3D-Speaker's weights.

Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking",
2023.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

MEL_BINS = 80
DIMENSION = 192

_MAPS = 32
_GROWTH = 32
_BOTTLENECK = 128
_CONTEXT_FRAMES = 100
"""How many frames share one view of their surroundings."""

_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers of each dense block, and how far apart the frames lie that one of them sees together."""

_OUTSET_FRAMES = 2
"""The network halves the number of frames, and a spread needs two."""

MIN_FRAMES = 2 * _OUTSET_FRAMES


class CamPlusPlus(nn.Module):
    """Takes frames of the logarithms of mel bands, (batch, frames, 80), and gives voices, (batch, 192)."""

    def __init__(self) -> None:
        super().__init__()
        self.head = _Head()
        self.xvector = nn.Sequential()
        channels = _BOTTLENECK
        self.xvector.add_module("tdnn", _Entrance(_MAPS * MEL_BINS // 8, channels))
        for number, (layers, dilation) in enumerate(_BLOCKS, start=1):
            self.xvector.add_module(f"block{number}", _DenseBlock(channels, layers, dilation))
            channels += layers * _GROWTH
            self.xvector.add_module(f"transit{number}", _Transit(channels))
            channels //= 2
        self.xvector.add_module("out_nonlinear", _Activation(channels))
        self.xvector.add_module("stats", _Spread())
        self.xvector.add_module("dense", _Exit(2 * channels))

    def forward(self, frames: Tensor) -> Tensor:
        voices: Tensor = self.xvector(self.head(frames.transpose(1, 2)))
        return voices


class _Activation(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.batchnorm = nn.BatchNorm1d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.batchnorm(x), inplace=True)


class _Head(nn.Module):
    """Looks at the bands as at a picture, which it makes an eighth as high."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, _MAPS, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(_MAPS)
        self.layer1 = nn.Sequential(_Residual(2), _Residual(1))
        self.layer2 = nn.Sequential(_Residual(2), _Residual(1))
        self.conv2 = nn.Conv2d(_MAPS, _MAPS, 3, stride=(2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(_MAPS)

    def forward(self, bands: Tensor) -> Tensor:
        x = functional.relu(self.bn1(self.conv1(bands.unsqueeze(1))))
        x = self.layer2(self.layer1(x))
        return functional.relu(self.bn2(self.conv2(x))).flatten(1, 2)


class _Residual(nn.Module):
    def __init__(self, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(_MAPS, _MAPS, 3, stride=(stride, 1), padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(_MAPS)
        self.conv2 = nn.Conv2d(_MAPS, _MAPS, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(_MAPS)
        self.shortcut = nn.Sequential()
        if stride > 1:
            narrow = nn.Conv2d(_MAPS, _MAPS, 1, stride=(stride, 1), bias=False)
            self.shortcut = nn.Sequential(narrow, nn.BatchNorm2d(_MAPS))

    def forward(self, x: Tensor) -> Tensor:
        found = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(found + self.shortcut(x))


class _Entrance(nn.Module):
    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(channels, out, 5, stride=2, padding=2, bias=False)
        self.nonlinear = _Activation(out)

    def forward(self, x: Tensor) -> Tensor:
        entered: Tensor = self.nonlinear(self.linear(x))
        return entered


class _DenseBlock(nn.Module):
    """Each layer sees what all before it found."""

    def __init__(self, channels: int, layers: int, dilation: int) -> None:
        super().__init__()
        for number in range(layers):
            self.add_module(f"tdnnd{number + 1}", _DenseLayer(channels + number * _GROWTH, dilation))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.children():
            x = torch.cat([x, layer(x)], dim=1)
        return x


class _DenseLayer(nn.Module):
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = _Activation(channels)
        self.linear1 = nn.Conv1d(channels, _BOTTLENECK, 1, bias=False)
        self.nonlinear2 = _Activation(_BOTTLENECK)
        self.cam_layer = _ContextMask(dilation)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))
        return found


class _ContextMask(nn.Module):
    """Lets through what fits to the surroundings, near and as a whole."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(
            _BOTTLENECK, _GROWTH, 3, padding=dilation, dilation=dilation, bias=False
        )
        self.linear1 = nn.Conv1d(_BOTTLENECK, _BOTTLENECK // 2, 1)
        self.linear2 = nn.Conv1d(_BOTTLENECK // 2, _GROWTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        near = functional.avg_pool1d(x, _CONTEXT_FRAMES, ceil_mode=True)
        # The same for all frames of one stretch, so it is computed once and repeated afterwards.
        context = functional.relu(self.linear1(near + x.mean(-1, keepdim=True)))
        mask = torch.sigmoid(self.linear2(context)).repeat_interleave(_CONTEXT_FRAMES, dim=-1)
        found: Tensor = self.linear_local(x)
        return found * mask[..., : x.shape[-1]]


class _Transit(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.nonlinear = _Activation(channels)
        self.linear = nn.Conv1d(channels, channels // 2, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        halved: Tensor = self.linear(self.nonlinear(x))
        return halved


class _Spread(nn.Module):
    """Mean and standard deviation over time."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x.mean(-1), x.std(-1)], dim=-1)


class _Exit(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(channels, DIMENSION, 1, bias=False)
        self.nonlinear = nn.Sequential()
        self.nonlinear.add_module("batchnorm", nn.BatchNorm1d(DIMENSION, affine=False))

    def forward(self, x: Tensor) -> Tensor:
        voice: Tensor = self.nonlinear(self.linear(x.unsqueeze(-1)).squeeze(-1))
        return voice
