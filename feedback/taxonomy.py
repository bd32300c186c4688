"""The critique taxonomy: which aspects of an image people judge, and the finer codes of each.

One object feeds the normalizer, the menus of every front end, the documentation and the exports.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Aspect:
    """One aspect of an image that people judge, such as lighting."""

    name: str
    about: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All aspects, in their published order."""

    version: int
    aspects: dict[str, Aspect]

    def check(self, aspect: str, attributes: tuple[str, ...] = ()) -> None:
        """Raise ValueError where the aspect, or one of its attributes, is not in the taxonomy."""
        if aspect not in self.aspects:
            raise ValueError(f"no aspect {aspect!r}; choose one of {', '.join(self.aspects)}")
        for name in attributes:
            if name not in self.aspects[aspect].attributes:
                known = ", ".join(self.aspects[aspect].attributes)
                raise ValueError(f"aspect {aspect} has no attribute {name!r}; choose one of {known}")


@cache
def taxonomy() -> Taxonomy:
    """The bundled taxonomy."""
    table = tomllib.loads(files("feedback").joinpath("taxonomy.toml").read_text("utf-8"))
    return Taxonomy(
        version=table["version"],
        aspects={
            name: Aspect(name, aspect["about"], tuple(aspect["attributes"])) for name, aspect in table["aspect"].items()
        },
    )
