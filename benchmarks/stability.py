"""How far a score moves when nobody sees a change: rewards, FID, SSIM and SSIMULACRA2 under the internet's artefacts.

    python benchmarks/photographs.py --out DIR
    python benchmarks/stability.py --photographs DIR [--out stability.md] [--plot docs/images/stability.png]

A third of the photographs is set aside and all figures are of it. On the others simulated people choose between
pictures by brightness, colour, warmth, contrast and by what is broken (measured on the pixels, not by the descriptor);
`feedback.reward.fitting.fit` learns from their choices, with the artefacts in its views and without.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from measures import LIKENESS, fid, lpips_or_reason, random_network
from people import simulated_export
from PIL import Image

from feedback.reward.artefacts import (
    BROKEN,
    QUALITIES,
    SUBSAMPLINGS,
    Artefact,
    jpeg,
    resized,
    resized_without_lowpass,
    shared_again,
    shifted,
    unseen,
    webp,
)
from feedback.reward.descriptor import Descriptor
from feedback.reward.fitting import Fitted, fit, scores_of

COPIES, SEEDS, LIKE = 3, 3, 6  # views with artefacts; simulated populations; each how manieth picture slow measures see
HALF = 0.5
Pictures = Sequence[Image.Image]
SEEN_ALIKE: dict[str, Artefact] = {
    **{f"JPEG {quality}, {chroma}": jpeg(quality, chroma) for chroma in SUBSAMPLINGS for quality in QUALITIES},
    "WebP 75": webp(75),
    "shift by one pixel": shifted(),
    "screenshot, saved again": shared_again(1),
}
RESIZED: dict[str, Artefact] = {  # against "bicubic": the resizer must not matter
    "bilinear": resized(HALF, "bilinear"),
    "lanczos": resized(HALF, "lanczos"),
    "nearest": resized(HALF, "nearest"),
    "bilinear, no low-pass": resized_without_lowpass(HALF, "bilinear"),
    "bicubic, no low-pass": resized_without_lowpass(HALF, "bicubic"),
}


def read(folder: Path) -> tuple[list[Image.Image], list[Image.Image]]:
    """The pictures for training, and those set aside: whole photographs, by their names `PHOTOGRAPH-NUMBER.png`."""
    paths = sorted(folder.glob("*.png"))
    names = sorted({path.stem.rpartition("-")[0] for path in paths})
    aside = set(names[::3])
    sides: tuple[list[Image.Image], list[Image.Image]] = ([], [])
    for path in paths:
        sides[path.stem.rpartition("-")[0] in aside].append(Image.open(path).convert("RGB"))
    return sides


def described(pictures: Pictures) -> np.ndarray:
    descriptor = Descriptor()
    return np.array([descriptor.of(picture) for picture in pictures])


def trained(pictures: Pictures) -> tuple[list[Fitted], list[Fitted]]:
    """Rewards of simulated populations, with the artefacts in training and without."""
    exports = [simulated_export(pictures, seed) for seed in range(SEEDS)]
    shown = exports[0].pictures  # the pictures and their broken twins
    copies = ([unseen(COPIES * n + copy)(picture) for n, picture in enumerate(shown)] for copy in range(COPIES))
    every = np.array([described(shown), *map(described, copies)])
    return tuple(
        [fit(export.exported, chosen, seed=seed, rounds=6) for seed, export in enumerate(exports)]
        for chosen in (every, every[:1])
    )


def rewards(fitted: Sequence[Fitted], features: np.ndarray) -> np.ndarray:
    """The population's score (rewards, pictures)."""
    scores = [scores_of(one.space.place(features), one.aspects) for one in fitted]
    return np.array([score @ one.population.mean[: score.shape[1]] for score, one in zip(scores, fitted, strict=True)])


def moved(before: np.ndarray, after: np.ndarray) -> float:
    """Mean distance in percent of the spread between pictures."""
    return float(100 * (np.abs(after - before).mean(axis=1) / before.std(axis=1)).mean())


class Bench:
    """Pictures that were set aside, and what every measure makes of changes to them."""

    def __init__(self, pictures: Pictures, with_artefacts: list[Fitted], without: list[Fitted]) -> None:
        self.pictures, self.fitted = pictures, (with_artefacts, without)
        self.features, self.network = described(pictures), random_network(pictures)
        self.scale = self.features.std(axis=0) + 1e-6
        scaled = self.features / self.scale
        self.halves = fid(scaled[::2], scaled[1::2]), fid(self.network[::2], self.network[1::2])

    def row(self, changed: Pictures) -> list[float]:
        """Reward with, reward without, FID of the descriptor, FID of random filters, then the measures of likeness."""
        features, network = described(changed), random_network(changed)
        moves = [moved(rewards(one, self.features), rewards(one, features)) for one in self.fitted]
        fids = fid(self.features / self.scale, features / self.scale), fid(self.network, network)
        pairs = list(zip(self.pictures, changed, strict=True))[::LIKE]
        like = [float(np.mean([measure(*pair) for pair in pairs])) for measure in LIKENESS.values()]
        return [*moves, *(100 * found / half for found, half in zip(fids, self.halves, strict=True)), *like]

    def ranked_below(self, artefact: Artefact) -> list[float]:
        """The share of pictures, in percent, that score lower once they are broken; with artefacts, and without."""
        broken = described([artefact(picture) for picture in self.pictures])
        return [float(100 * (rewards(one, broken) < rewards(one, self.features)).mean()) for one in self.fitted]


def table(rows: dict[str, list[float]], broken: dict[str, list[float]], bench: Bench) -> str:
    head = [
        "",
        "reward, %",
        "without artefacts in training, %",
        "FID of descriptor, %",
        "FID of random filters, %",
        *LIKENESS,
    ]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [f"| {name} | {' | '.join(_number(value) for value in row)} |" for name, row in rows.items()]
    lines += ["", "| ranked below their originals, % | reward | without artefacts in training |", "|---|---|---|"]
    lines += [f"| {name} | {' | '.join(_number(value) for value in row)} |" for name, row in broken.items()]
    lines += ["", f"{len(bench.pictures)} pictures set aside. LPIPS: {lpips_or_reason()}"]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def draw(rows: dict[str, list[float]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    found = np.array([rows[f"JPEG {quality}, 4:2:0"][:4] for quality in QUALITIES])
    names = ("reward", "reward trained without artefacts", "FID, descriptor", "FID, random filters")
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for column, style, name in zip(found.T, ("o-", "o--", "s-", "s--"), names, strict=True):
        axes.plot(QUALITIES, column, style, label=name)
    axes.axhline(2, color="grey", linewidth=0.8, linestyle=":")
    axes.set(
        xlabel="JPEG quality (4:2:0)",
        ylabel="% of the spread (reward) or of the\nFID between two halves of the pictures",
    )
    axes.set_yscale("log")
    axes.invert_xaxis()
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    training, aside = read(given.photographs)
    fitted = trained(training)
    bench = Bench(aside, *fitted)
    rows = {name: bench.row([change(one) for one in aside]) for name, change in (SEEN_ALIKE | BROKEN).items()}
    small = Bench([resized(HALF, "bicubic")(picture) for picture in aside], *fitted)
    rows |= {f"half size, {name}": small.row([change(one) for one in aside]) for name, change in RESIZED.items()}
    text = table(rows, {name: bench.ranked_below(artefact) for name, artefact in BROKEN.items()}, bench)
    print(text)
    if given.out:
        given.out.write_text(text, "utf-8")
    if given.plot:
        draw(rows, given.plot)


if __name__ == "__main__":
    main()
