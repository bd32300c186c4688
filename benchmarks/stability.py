"""How far a score moves when nobody sees a change: rewards, FID, SSIM and SSIMULACRA2 under the internet's artefacts.

    python benchmarks/photographs.py --out DIR
    python benchmarks/photographs.py --out FRESH --set fresh
    python benchmarks/stability.py --photographs DIR [--fresh FRESH] [--out stability.md] [--plot stability.png]

Of the photographs that the descriptor was adjusted on, a third is set aside. On the others simulated people choose
between pictures by brightness, colour, warmth, contrast and by what is broken (measured on the pixels, not by the
descriptor); `feedback.reward.fitting.fit` learns from their choices, with the artefacts in its views and without.
Figures and plot are of the fresh photographs where they are given, else of those set aside.
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

COPIES, SEEDS, LIKE = 3, 3, 14  # views with artefacts; simulated populations; pictures that slow measures see
HALF = 0.5
Pictures = Sequence[Image.Image]
Rows = dict[str, list[float]]
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


def read(folder: Path) -> list[Pictures]:
    """The pictures of each photograph, which are named `PHOTOGRAPH-NUMBER.png`."""
    found: dict[str, list[Image.Image]] = {}
    for path in sorted(folder.glob("*.png")):
        found.setdefault(path.stem.rpartition("-")[0], []).append(Image.open(path).convert("RGB"))
    return [found[name] for name in sorted(found)]


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
    return float(moves(before, after).mean())


def moves(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The same of each picture."""
    return np.asarray(100 * (np.abs(after - before) / before.std(axis=1, keepdims=True)).mean(axis=0))


def interval(found: np.ndarray, of_photograph: np.ndarray) -> tuple[float, float]:
    """95 % bootstrap interval of the mean over pictures, which come in whole photographs."""
    means = np.array([found[of_photograph == one].mean() for one in np.unique(of_photograph)])
    drawn = np.random.default_rng(0).choice(means, (10_000, len(means))).mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)


class Bench:
    """Pictures of no training, and what every measure makes of changes to them."""

    def __init__(self, photographs: Sequence[Pictures], with_artefacts: list[Fitted], without: list[Fitted]) -> None:
        self.pictures, self.fitted = [one for pictures in photographs for one in pictures], (with_artefacts, without)
        self.of_photograph = np.repeat(np.arange(len(photographs)), [len(pictures) for pictures in photographs])
        self.features, self.network = described(self.pictures), random_network(self.pictures)
        self.scale = self.features.std(axis=0) + 1e-6
        scaled = self.features / self.scale
        self.halves = fid(scaled[::2], scaled[1::2]), fid(self.network[::2], self.network[1::2])

    def row(self, changed: Pictures) -> list[float]:
        """Reward with, reward without, FID of the descriptor, FID of random filters, then the measures of likeness."""
        features, network = described(changed), random_network(changed)
        away = [moved(rewards(one, self.features), rewards(one, features)) for one in self.fitted]
        fids = fid(self.features / self.scale, features / self.scale), fid(self.network, network)
        pairs = list(zip(self.pictures, changed, strict=True))[:: max(len(changed) // LIKE, 1)]
        like = [float(np.mean([measure(*pair) for pair in pairs])) for measure in LIKENESS.values()]
        return [*away, *(100 * found / half for found, half in zip(fids, self.halves, strict=True)), *like]

    def interval(self, artefact: Artefact) -> tuple[float, float]:
        """Of how far the reward that was trained with artefacts moves."""
        changed, reward = described([artefact(picture) for picture in self.pictures]), self.fitted[0]
        return interval(moves(rewards(reward, self.features), rewards(reward, changed)), self.of_photograph)

    def ranked_below(self, artefact: Artefact) -> list[float]:
        """The share of pictures, in percent, that score lower once they are broken; with artefacts, and without."""
        broken = described([artefact(picture) for picture in self.pictures])
        return [float(100 * (rewards(one, broken) < rewards(one, self.features)).mean()) for one in self.fitted]


def measured(photographs: Sequence[Pictures], fitted: tuple[list[Fitted], list[Fitted]]) -> tuple[Rows, str]:
    """The rows of the table, and all of it as text."""
    bench = Bench(photographs, *fitted)
    rows = {name: bench.row([change(one) for one in bench.pictures]) for name, change in (SEEN_ALIKE | BROKEN).items()}
    smaller = resized(HALF, "bicubic")
    small = Bench([[smaller(one) for one in pictures] for pictures in photographs], *fitted)
    rows |= {
        f"half size, {name}": small.row([change(one) for one in bench.pictures]) for name, change in RESIZED.items()
    }
    return rows, table(rows, {name: bench.ranked_below(artefact) for name, artefact in BROKEN.items()}, bench)


def table(rows: Rows, broken: Rows, bench: Bench) -> str:
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
    low, high = bench.interval(jpeg(75))
    counted = f"{len(bench.pictures)} pictures of {bench.of_photograph.max() + 1} photographs"
    lines += ["", f"{counted}; JPEG 75, 4:2:0: 95 % interval {low:.2f} to {high:.2f}. LPIPS: {lpips_or_reason()}"]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def draw(rows: Rows, path: Path) -> None:
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
    parser.add_argument("--fresh", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    known = read(given.photographs)
    fitted = trained([one for number, pictures in enumerate(known) if number % 3 for one in pictures])
    rows, text = measured(read(given.fresh) if given.fresh else known[::3], fitted)
    print(text)
    if given.out:
        given.out.write_text(text, "utf-8")
    if given.plot:
        draw(rows, given.plot)


if __name__ == "__main__":
    main()
