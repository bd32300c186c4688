"""The targets that an export can write, by the names that `opine export --target` takes: a file and a line each."""

from collections.abc import Sequence
from typing import Final

from feedback.errors import Conflict
from feedback.export.argilla import Argilla
from feedback.export.critiques import Critiques
from feedback.export.critiques_csv import CritiquesCsv
from feedback.export.hpdv3 import HPDv3
from feedback.export.hpsv2 import HPSv2
from feedback.export.imagefolder import ImageFolder
from feedback.export.imagereward import ImageReward
from feedback.export.images import Images
from feedback.export.label_studio import LabelStudio
from feedback.export.opinions import Opinions
from feedback.export.per_annotator import PerAnnotator
from feedback.export.pickapic import Pairs, PairsWithTies
from feedback.export.preferences import Preferences
from feedback.export.target import Target
from feedback.export.trl import TrlDpo, TrlKto, TrlKtoVision, TrlReward

TARGETS: Final[dict[str, tuple[type[Target], ...]]] = {
    "critiques": (Critiques,),  # the first table is what `load_dataset` opens where no name is given
    "opinions": (Opinions,),
    "preferences": (Preferences,),
    "images": (Images,),
    "critiques_csv": (CritiquesCsv,),
    "pickapic": (Pairs, PairsWithTies),
    "hpsv2": (HPSv2,),
    "imagereward": (ImageReward,),
    "hpdv3": (HPDv3,),
    "per_annotator": (PerAnnotator,),
    "imagefolder": (ImageFolder,),
    "trl_dpo": (TrlDpo,),
    "trl_reward": (TrlReward,),
    "trl_kto": (TrlKto,),
    "trl_kto_vision": (TrlKtoVision,),
    "argilla": (Argilla,),
    "label_studio": (LabelStudio,),
}
DEFAULT: Final = ("critiques", "opinions", "preferences", "images")
ALL: Final = "all"


def target_names(asked: Sequence[str] = DEFAULT) -> tuple[str, ...]:
    """The names asked for, each once and in the order of the registry; `all` is every one."""
    if unknown := sorted(set(asked) - {*TARGETS, ALL}):
        raise Conflict(f"there is no target {unknown[0]!r}; there are {', '.join(TARGETS)}, and {ALL}")
    return tuple(name for name in TARGETS if name in asked or ALL in asked)


def classes_of(names: Sequence[str]) -> list[type[Target]]:
    """The classes behind the names."""
    return [target for name in names for target in TARGETS[name]]
