"""Freely licensed photographs out of Debian and PyPI packages, cut into pictures for benchmarks.

    python benchmarks/photographs.py --out DIR [--set fresh]

downloads the Debian packages named below with apt-get, from the machine's own mirror (nothing is installed, no setting
of apt is changed), and writes pictures of at most 512 x 512 pixels as PNG: of each photograph, brought to 1,100 pixels
on its shorter side (which removes what its own compression left; a smaller one stays as it is), six overlapping cuts.

`development`, to which scikit-image and scikit-learn add a few where they are installed, is what the descriptor was
adjusted on. `fresh` was chosen afterwards, by looking at the photographs and not at any figure: all camera pictures in
the packages of at least 768 pixels on the shorter side. Nothing may be adjusted on it.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from PIL import Image

from feedback.reward.features import open_image

SIDE, SHORTER, CUTS = 512, 1100, (3, 2)
KEYS: Final = "/usr/share/keyrings/debian-archive-keyring.gpg"
PLASMA: Final = (
    "BytheWater ColdRipple ColorfulCups DarkestHour EveningGlow FallenLeaf Grey Kite OneStandsOut Path summer_1am"
)
SETS: Final = {  # set: suite of Debian: package: the photographs among its pictures
    "development": {
        "bookworm": {
            "mate-backgrounds": "Aqua Blinds Dune Garden GreenMeadow LadyBird RainDrops Storm TwoWings Wood "
            "YellowFlower",
            "plasma-workspace-wallpapers": PLASMA,
            "lomiri-wallpapers-16.04": "Bridge_by Dragonfly_by Kleiber_by Picture_0B_by Picture_1A_by Wine_by "
            "aitzgorri_by free_by friends_by greentock_by life_by picosdeeuropa_by seeding_by sunset_by",
            "lomiri-wallpapers-20.04": "",
        }
    },
    "fresh": {
        "bullseye": {"gnome-backgrounds": "ColdWarm Dark_Ivy Icetwigs LightWaves Road SeaSunset"},
        "bookworm": {
            "palapeli-data": "cincinnati-bridge citrus-fruits european-honey-bee panther-chameleon-female",
            "tuxpaint-data": "cliff jellyfish rocks sun_behind_clouds",
        },
        "trixie": {
            "budgie-backgrounds": "abstract-spiral beacon-street-sunset blue-periwinkle canyon-wren casa-mila "
            "extreme-desert-hike high-trestle-trail lake-sherburne oakland-zoo-otters perched-osprey "
            "piazza-gae-aulenti roman-colosseum singaporean-cityscape tea-gardens"
        },
    },
}
PYTHON: Final = {"skimage": "astronaut coffee chelsea rocket hubble", "sklearn": "china flower"}


def debian_photographs(chosen: str, folder: Path) -> Iterator[Path]:
    """Fetch and unpack the packages of a set, and find the photographs in them."""
    for suite, packages in SETS[chosen].items():
        place = folder / suite
        download(suite, list(packages), place)
        for package in sorted(place.glob("*.deb")):
            subprocess.run(["dpkg-deb", "--extract", package, place / "files"], check=True)
        names = tuple(" ".join(packages.values()).split())
        for path in sorted((place / "files").rglob("*.jpg")):
            if any(part.startswith(names) for part in path.parts):
                yield path


def download(suite: str, packages: list[str], folder: Path) -> None:
    """Packages of any suite of Debian, by lists of apt's that are this folder's own."""
    for needed in ("lists/partial", "cache/archives/partial"):
        (folder / needed).mkdir(parents=True)
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Label: Debian", "Created-By: Packages"]
    mirror = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()[0]
    (folder / "sources.list").write_text(f"deb [signed-by={KEYS}] {mirror} {suite} main\n")
    own = {
        "Dir::Etc::SourceList": folder / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
    }
    apt = ["apt-get", *(f"--option={name}={value}" for name, value in own.items())]
    subprocess.run([*apt, "update"], check=True)
    subprocess.run([*apt, "download", *packages], cwd=folder, check=True)


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
    parser.add_argument("--set", choices=SETS, default="development")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        others = python_photographs() if given.set == "development" else ()
        for path in (*debian_photographs(given.set, Path(temporary)), *others):
            name = next((part for part in path.parts if part.startswith(tuple(PLASMA.split()))), path.stem)
            for number, picture in enumerate(pictures(open_image(path))):
                picture.save(given.out / f"{name}-{number}.png")


if __name__ == "__main__":
    main()
