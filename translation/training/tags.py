"""The tag of a message in a file: its file's, in the script that the message is written in."""

from translation.identify import dominant_script
from translation.languages import find_language, languages


def tag_of(language: str, text: str) -> str:
    """A mixed message counts as its first language, Serbian in Latin letters as sr-Latn.

    >>> tag_of("tl-en", "ang ganda"), tag_of("sr", "Lepa slika"), tag_of("sr", "Лепа слика")
    ('tl', 'sr-Latn', 'sr')
    """
    known = find_language(language)
    tag, script = known.tag if known else language, dominant_script(text)
    return f"{tag}-{script}" if f"{tag}-{script}" in languages() else tag
