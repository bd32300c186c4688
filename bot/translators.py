"""Which translator is used: the bundled decoder, or a fetched checkpoint that the operator chose."""

from collections.abc import Callable
from pathlib import Path

from bot.settings import Settings
from feedback.reading import Reader
from translation.checkpoints import BUNDLED, ModelError
from translation.ctranslate import CheckpointDecoder, get_fetched, open_checkpoint


def open_reader(settings: Settings, tell: Callable[[str], object]) -> Reader:
    """A reader with the chosen translator, tested; where that one is of no use, `tell` why and take the bundled one.

    Opinions go on being read: their readings say who translated them, and `opine work requeue` reads them anew.
    """
    return _reader(settings, tell, open_checkpoint)


def unloaded_reader(settings: Settings, tell: Callable[[str], object]) -> Reader:
    """The same, neither loaded nor tested: enough for its signatures."""
    return _reader(settings, tell, get_fetched)


def _reader(
    settings: Settings, tell: Callable[[str], object], find: Callable[[Path, str, int], CheckpointDecoder]
) -> Reader:
    name, decoder = settings.chosen_translator, None
    if name != BUNDLED:
        try:
            decoder = find(settings.models_folder, name, settings.threads)
        except ModelError as error:
            tell(f"the translator {name} is NOT in use, the bundled one is: {error}")
    return Reader(threads=settings.threads, decoder=decoder)
