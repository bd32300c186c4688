"""Signatures: which models, which taxonomy and which settings made a result, in one line.

>>> signature(normalizer="encoder-e5s.1", taxonomy=1)
'normalizer:encoder-e5s.1|taxonomy:1'
"""


def signature(**parts: str | int) -> str:
    """Join parts as `name:value|name:value`; a value may hold colons, but no bar."""
    for name, value in parts.items():
        if "|" in str(value) or not str(value):
            raise ValueError(f"the signature part {name}={value!r} is empty or holds a bar")
    return "|".join(f"{name}:{value}" for name, value in parts.items())


def parse(text: str) -> dict[str, str]:
    """The parts of a signature; raises ValueError where it is none."""
    pairs = [part.partition(":") for part in text.split("|")]
    if not all(name and colon and value for name, colon, value in pairs):
        raise ValueError(f"{text!r} is not a signature such as normalizer:encoder-e5s.1|taxonomy:1")
    return {name: value for name, _, value in pairs}
