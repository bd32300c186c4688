"""A trained reward: scores images for everybody or for one person, and says why."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from feedback.errors import Conflict, NotFound
from feedback.reward.card import card_of
from feedback.reward.choices import Floats, of_liked
from feedback.reward.fitting import scores_of
from feedback.reward.space import Space
from feedback.reward.taste import Taste

if TYPE_CHECKING:
    from feedback.reward.features import Features

WEIGHTS: Final = "model.safetensors"
FACTS: Final = "model.json"
CARD: Final = "README.md"
CURVES: Final = "curves.png"
FORMAT: Final = "opine-reward"
UNNAMED: Final = "unnamed"  # what people choose by and have no aspect for


@dataclass(frozen=True)
class Reward:
    """The score of an average image of the training set is 0.

    By one person's taste a difference of 1 is a choice at odds of e to 1. By the population's, which is the mean taste,
    it is less: people differ, and the more they do, the more even the odds.
    """

    features: "Features"
    space: Space
    aspects: Floats  # (aspects, dimensions)
    population: Taste
    background: Floats  # (images, aspects + dimensions)
    tastes: dict[str, Floats]  # of annotators, by pseudonym
    facts: dict[str, Any]

    @classmethod
    def load(cls, folder: Path | str) -> "Reward":
        """Read a reward that `opine train` wrote; raises NotFound where there is none."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        from feedback.reward.features import load_features

        folder = Path(folder)
        try:
            facts = json.loads((folder / FACTS).read_text("utf-8"))
            tensors = load_file(folder / WEIGHTS)
        except (OSError, ValueError, SafetensorError):
            raise NotFound(
                f"there is no reward in {folder}; train one with `opine train EXPORT --out {folder}`"
            ) from None
        if facts.get("format") != FORMAT:
            raise NotFound(f"{folder / FACTS} does not describe a reward; train one with `opine train`")
        features = load_features(facts["features"])
        if features.signature != facts["signature"]:
            raise Conflict(
                f"the reward was trained on features {facts['signature']}, and these are {features.signature}; "
                "train it again"
            )
        return cls(
            features,
            Space(tensors["space.middle"], tensors["space.scale"], tensors["space.directions"]),
            tensors["aspects"],
            Taste(tensors["population.mean"], tensors["population.covariance"]),
            tensors["background"],
            dict(zip(facts["annotators"], tensors["tastes"], strict=True)),
            facts,
        )

    def save(self, folder: Path) -> None:
        """Write the weights, what is known of them and the model card; the same reward gives the same bytes."""
        from safetensors.numpy import save

        folder.mkdir(parents=True, exist_ok=True)
        size = len(self.population.mean)
        tensors = {
            "space.middle": self.space.middle,
            "space.scale": self.space.scale,
            "space.directions": self.space.directions,
            "aspects": self.aspects,
            "population.mean": self.population.mean,
            "population.covariance": self.population.covariance,
            "background": self.background,
            "tastes": np.array([*self.tastes.values()]).reshape(-1, size),
        }
        # Not save_file: that makes a file which only its owner may read, whatever the umask says.
        weights = save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()})
        (folder / WEIGHTS).write_bytes(weights)
        facts = {**self.facts, "format": FORMAT, "annotators": [*self.tastes]}
        (folder / FACTS).write_text(json.dumps(facts, indent=2, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
        (folder / CARD).write_text(card_of(self, curves=(folder / CURVES).exists()), "utf-8")

    def without(self, annotator: str) -> "Reward":
        """The same without the taste of somebody who wants to be forgotten; raises NotFound where it is not inside.

        What they said has still moved the population a little: train again on an export that they are not in.
        """
        self.taste_of(annotator)
        tastes = {name: taste for name, taste in self.tastes.items() if name != annotator}
        return Reward(self.features, self.space, self.aspects, self.population, self.background, tastes, self.facts)

    def __call__(self, images: Any, annotator: str | None = None, *, taste: Taste | None = None) -> Floats:
        """The score (n,) of each image, for everybody, for an annotator by pseudonym, or for a taste.

        Images are paths, bytes, PIL images or arrays, several in a sequence or one batch: (n, 3, h, w) or (n, h, w, 3),
        0 to 1 or uint8; tensors as well. Raises ValueError where both an annotator and a taste are given.
        """
        return self.scores(images) @ self.weights_of(annotator, taste)

    def why(self, image: Any, annotator: str | None = None, *, taste: Taste | None = None) -> dict[str, float]:
        """What each aspect of which something is known adds to the image's score, the strongest first.

        Their sum is the score; `unnamed` is what people choose by and do not say.
        """
        return self.parts_of(self.scores([image])[0], annotator, taste=taste)

    def parts_of(self, scores: Floats, annotator: str | None = None, *, taste: Taste | None = None) -> dict[str, float]:
        """The same of an image whose `scores` (aspects + dimensions,) are known."""
        weights = self.weights_of(annotator, taste)
        parts, known = scores * weights, len(self.aspects)
        named = {
            name: float(part)
            for name, part, learned in zip(
                self.facts["aspects"], parts, np.any(self.aspects, axis=1).tolist(), strict=False
            )
            if learned
        }
        everything = named | {UNNAMED: float(parts[known:].sum())}
        return dict(sorted(everything.items(), key=lambda item: -abs(item[1])))

    def scores(self, images: Any) -> Floats:
        """What a taste weighs of each image (n, aspects + dimensions)."""
        from feedback.reward.pictures import features_of

        return scores_of(self.space.place(features_of(images, self.features)), self.aspects)

    def taste_of(self, annotator: str) -> Floats:
        """The weights of an annotator by pseudonym; raises NotFound where their taste is not inside."""
        if annotator not in self.tastes:
            raise NotFound(
                f"the reward does not know annotator {annotator!r}; see `annotators` in its {FACTS}, "
                "or give images that they like with --liked"
            )
        return self.tastes[annotator]

    def taste_for(self, liked: Any) -> Taste:
        """The taste of somebody new who likes these images, against the background of the population's images."""
        scores = self.scores(liked)
        return self.population.after([of_liked(scores, self.background)]) if len(scores) else self.population

    def weights_of(self, annotator: str | None = None, taste: Taste | None = None) -> Floats:
        """What each of the `scores` counts for (aspects + dimensions,)."""
        if annotator is not None and taste is not None:
            raise ValueError("give an annotator or a taste, not both")
        weights = self.population.mean if taste is None else taste.mean
        weights = weights if annotator is None else self.taste_of(annotator)
        return weights[: self.background.shape[1]]
