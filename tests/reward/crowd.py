"""Pictures whose colour and lightness are known."""

import hashlib
from io import BytesIO

import numpy as np
from PIL import Image

SIDE = 64


class Painting:
    """A picture with texture, how red it is (-1 to 1) and how light (-1 to 1)."""

    def __init__(self, number: int) -> None:
        self.number = number
        chance = np.random.default_rng(number)
        self.red, self.light = (float(value) for value in chance.uniform(-1, 1, 2))
        ground = np.array([128 + 90 * self.red, 110, 128 - 90 * self.red]) * (1 + 0.35 * self.light)
        pixels = np.clip(ground + chance.normal(0, 8, (SIDE, SIDE, 1)), 0, 255).astype(np.uint8)
        target = BytesIO()
        Image.fromarray(pixels).save(target, "PNG")
        self.data = target.getvalue()
        self.sha256 = hashlib.sha256(self.data).hexdigest()

    def liked_by(self, person: int) -> float:
        """By the even ones for red, by the odd ones for blue, by all for light, and by whim."""
        whim = float(np.random.default_rng([person, self.number]).normal(0, 0.4))
        return 3 * self.red * (1 if person % 2 == 0 else -1) + 2 * self.light + whim
