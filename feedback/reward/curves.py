"""The curves of a training: the loss, and how often held-out pairs are put in the right order, round by round."""

from collections.abc import Sequence
from pathlib import Path

from feedback.reward.accuracy import Figures
from feedback.reward.fitting import Round


def draw_curves(rounds: Sequence[Round], best: int, file: Path) -> None:
    """Write a PNG; the round that was kept is marked."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    numbers = [done.number for done in rounds]
    held_out = [done.held_out for done in rounds]
    losses.plot(numbers, [done.loss for done in rounds], "o-", label="training (weighted; half on copies, if any)")
    if held_out[0].answers:
        losses.plot(numbers, [figures.mean_loss for figures in held_out], "o-", label="validation")
    losses.set(xlabel="round", ylabel="nats for each answer", title="Loss")
    for name, figures in (("annotators seen", [r.seen for r in rounds]), ("unseen", [r.unseen for r in rounds])):
        if figures[0].pairs:
            accuracies.plot(
                numbers, [_share(found) for found in figures], "o-", label=f"{name}, {figures[0].pairs:,} pairs"
            )
    accuracies.set(xlabel="round", ylabel="right", ylim=(0, 1), title="Order of validation pairs")
    for axes in (losses, accuracies):
        axes.axvline(rounds[best].number, color="grey", linestyle=":", label="kept")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(file, dpi=120, metadata={"Software": None})


def _share(figures: Figures) -> float:
    return figures.right / figures.pairs
