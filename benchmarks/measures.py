"""Measures that rewards are compared with: FID over any features, SSIM, SSIMULACRA2, and LPIPS where it can be had."""

import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def fid(first: np.ndarray, second: np.ndarray) -> float:
    """The Fréchet distance of Gaussians fitted to features (n, d); Heusel et al. 2017, arXiv:1706.08500."""
    spread = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    values, vectors = np.linalg.eigh(spread[0])
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ spread[1] @ root), 0)).sum()
    away = first.mean(axis=0) - second.mean(axis=0)
    return float(away @ away + np.trace(spread[0]) + np.trace(spread[1]) - 2 * shared)


@cache
def _network() -> Any:
    """Three layers of fixed random filters: Inception's weights cannot be had without a network."""
    import torch

    torch.manual_seed(0)
    layers = [
        torch.nn.Conv2d(3, 32, 5, 2),
        torch.nn.ReLU(),
        torch.nn.Conv2d(32, 48, 3, 2),
        torch.nn.ReLU(),
        torch.nn.Conv2d(48, 48, 3, 2),
        torch.nn.ReLU(),
    ]
    for layer in layers[::2]:
        with torch.no_grad():  # filters that answer to change and not to brightness, as a trained network's do
            layer.weight -= layer.weight.mean(dim=(2, 3), keepdim=True)
            layer.bias.zero_()
    return torch.nn.Sequential(*layers)


def random_network(pictures: Sequence[Image.Image]) -> np.ndarray:
    """The logarithm of how strongly each of 48 last filters answers to the picture, in units of the first ones."""
    import torch

    rows = []
    with torch.inference_mode():
        for picture in pictures:
            pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255
            rows.append((_network()(pixels).mean(dim=(2, 3))[0] + 1e-4).log().numpy())
    return np.array(rows, np.float64)


Measure = Callable[[Image.Image, Image.Image], float]


def of_equal_size(measure: Measure) -> Measure:
    """Not a number where the sizes differ: then the measure is not defined."""
    return lambda before, after: measure(before, after) if before.size == after.size else float("nan")


def ssim(before: Image.Image, after: Image.Image) -> float:
    from skimage.metrics import structural_similarity

    return float(structural_similarity(np.array(before.convert("L")), np.array(after.convert("L"))))


def ssimulacra2(before: Image.Image, after: Image.Image) -> float:
    from ssimulacra2 import compute_ssimulacra2

    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder, "before.png"), Path(folder, "after.png")
        before.save(paths[0], compress_level=0)
        after.save(paths[1], compress_level=0)
        return float(compute_ssimulacra2(str(paths[0]), str(paths[1])))


LIKENESS: dict[str, Measure] = {"SSIM": of_equal_size(ssim), "SSIMULACRA2": of_equal_size(ssimulacra2)}


def lpips_or_reason() -> str:
    return "not available here: the package `lpips` ships its linear layers, AlexNet's weights need a network."
