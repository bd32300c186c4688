"""Freely licensed photographs out of Debian and PyPI packages, cut into pictures for benchmarks.

    python benchmarks/photographs.py --out DIR

downloads the Debian packages named below with apt-get (nothing is installed) and writes pictures of 512 x 512 pixels as
PNG. scikit-image and scikit-learn give a few more where they are installed. Of each photograph, brought to 1,100 pixels
on its shorter side (which removes what its own compression left), six overlapping cuts are taken.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

from feedback.reward.features import open_image

SIDE, SHORTER, CUTS = 512, 1100, (3, 2)
DEBIAN = {  # package: the photographs among its pictures
    "mate-backgrounds": "Aqua Blinds Dune Garden GreenMeadow LadyBird RainDrops Storm TwoWings Wood YellowFlower",
    "plasma-workspace-wallpapers": "BytheWater ColdRipple ColorfulCups DarkestHour EveningGlow FallenLeaf Grey Kite "
    "OneStandsOut Path summer_1am",
    "lomiri-wallpapers-16.04": "Bridge_by Dragonfly_by Kleiber_by Picture_0B_by Picture_1A_by Wine_by aitzgorri_by "
    "free_by friends_by greentock_by life_by picosdeeuropa_by seeding_by sunset_by",
    "lomiri-wallpapers-20.04": "",
}
PYTHON = {"skimage": "astronaut coffee chelsea rocket hubble", "sklearn": "china flower"}


def debian_photographs(folder: Path) -> Iterator[Path]:
    """Fetch and unpack the packages, and find the photographs in them."""
    subprocess.run(["apt-get", "download", *DEBIAN], cwd=folder, check=True)
    for package in sorted(folder.glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", package, folder / "files"], check=True)
    names = tuple(" ".join(DEBIAN.values()).split())
    for path in sorted((folder / "files").rglob("*.jpg")):
        if any(part.startswith(names) for part in path.parts):
            yield path


def python_photographs() -> Iterator[Path]:
    """Those that lie in installed packages."""
    for package, names in PYTHON.items():
        if spec := find_spec(package):
            for path in sorted(Path(spec.origin or "").parent.rglob("*.*")):
                if path.stem in names.split() and path.suffix in (".png", ".jpg"):
                    yield path


def pictures(photograph: Image.Image) -> Iterator[Image.Image]:
    """Overlapping cuts, evenly spread."""
    scale = SHORTER / min(photograph.size)
    if scale < 1:
        photograph = photograph.resize(
            (round(photograph.width * scale), round(photograph.height * scale)), Image.Resampling.LANCZOS
        )
    side = min(SIDE, *photograph.size)
    columns, rows = CUTS if photograph.width >= photograph.height else CUTS[::-1]
    for row in range(rows):
        for column in range(columns):
            left = (photograph.width - side) * column // max(columns - 1, 1)
            top = (photograph.height - side) * row // max(rows - 1, 1)
            yield photograph.crop((left, top, left + side, top + side))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        for path in (*debian_photographs(Path(temporary)), *python_photographs()):
            name = next(
                (part for part in path.parts if part.startswith(tuple(DEBIAN["plasma-workspace-wallpapers"].split()))),
                path.stem,
            )
            for number, picture in enumerate(pictures(open_image(path))):
                picture.save(folder / f"{name}-{number}.png")


if __name__ == "__main__":
    main()
