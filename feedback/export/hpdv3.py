"""HPDv3's pairs, for HPSv3 and LightRFT: the image that more people preferred, and how many did."""

from collections.abc import Sequence
from itertools import combinations

from feedback.export.pairs import Answer, wins
from feedback.export.target import FileTarget, Place
from feedback.records import Comparison


class HPDv3(FileTarget):
    """`confidence` is the share of those who chose one of the two and chose the first."""

    name = "hpdv3"
    about = "Pairs as HPSv3's training reads them, with how many people preferred each image."

    def take_comparison(self, comparison: Comparison, answers: Sequence[Answer], place: Place) -> None:
        """One row per two images of which more people preferred one."""
        scored = list(zip(comparison.images, wins(comparison.images, answers), strict=True))
        for pair in combinations(scored, 2):
            (chosen, most), (rejected, fewest) = sorted(pair, key=lambda one: -one[1])
            if most == fewest or chosen.sha256 == rejected.sha256:
                continue
            row = {
                "prompt": place.prompt_of(comparison.images),
                "path1": f"images/{self.place_image(chosen, 'images')}",
                "path2": f"images/{self.place_image(rejected, 'images')}",
                "model1": chosen.generator or "",
                "model2": rejected.generator or "",
                "confidence": most / (most + fewest),
                "choice_dist": [most, fewest],
            }
            self.write(f"{place.split}.json", row, split=place.split)
