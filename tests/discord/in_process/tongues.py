"""What is spoken in these tests: by tag, the locale of the person's Discord, and an opinion."""

import pytest

TONGUES = {
    "es": ("es-ES", "B, la luz es muy suave"),
    "de": ("de", "B, das Licht ist so weich"),
    "pt": ("pt-BR", "Prefiro B, a luz é linda"),
    "hi": ("hi", "मुझे B पसंद है, रोशनी बहुत सुंदर है"),
    "ja": ("ja", "Bの光が柔らかくて好きです"),
    "ar": ("en-US", "أفضل B، الضوء جميل جدا"),
    "he": ("en-GB", "אני מעדיף את B, האור יפה מאוד"),
}
CHOSEN = {"ar", "he"}  # by /language: Discord's clients do not speak them
LOCALES = [locale for tag, (locale, _) in TONGUES.items() if tag not in CHOSEN]
MENU = "What do you think?"

every_tongue = pytest.mark.parametrize("tag", TONGUES)
