"""Names of what people meet: aspects and attributes of the taxonomy, the widget's texts, and errors.

Each text is a msgid; the context of an attribute is its aspect, so that a language can make them agree.
"""

from bot.wording import Name, catalogues, mark, wording
from feedback.colors import name_shade, shades
from feedback.taxonomy import taxonomy

ASPECTS: dict[str, Name] = {
    "overall": mark("aspect", "overall impression"),
    "subject": mark("aspect", "subject"),
    "composition": mark("aspect", "composition"),
    "color": mark("aspect", "colours"),
    "lighting": mark("aspect", "light"),
    "sharpness": mark("aspect", "sharpness"),
    "detail": mark("aspect", "detail"),
    "anatomy": mark("aspect", "bodies and faces"),
    "structure": mark("aspect", "shapes and space"),
    "realism": mark("aspect", "realism"),
    "artifacts": mark("aspect", "technical flaws"),
    "text": mark("aspect", "lettering"),
    "prompt": mark("aspect", "match with the description"),
    "style": mark("aspect", "style"),
    "mood": mark("aspect", "mood"),
    "originality": mark("aspect", "originality"),
    "meaning": mark("aspect", "meaning"),
    "appropriateness": mark("aspect", "appropriateness"),
}

ATTRIBUTES: dict[str, dict[str, Name]] = {
    "overall": {
        "beautiful": mark("overall", "beautiful"),
        "ugly": mark("overall", "ugly"),
        "boring": mark("overall", "boring"),
        "impressive": mark("overall", "impressive"),
        "unfinished": mark("overall", "unfinished"),
    },
    "subject": {
        "interesting": mark("subject", "interesting"),
        "uninteresting": mark("subject", "uninteresting"),
        "cute": mark("subject", "cute"),
    },
    "composition": {
        "balanced": mark("composition", "balanced"),
        "unbalanced": mark("composition", "unbalanced"),
        "cluttered": mark("composition", "cluttered"),
        "crop": mark("composition", "crop"),
        "empty": mark("composition", "empty space"),
        "focal_point": mark("composition", "focal point"),
        "viewpoint": mark("composition", "viewpoint"),
        "symmetry": mark("composition", "symmetry"),
    },
    "color": {
        "oversaturated": mark("color", "too saturated"),
        "dull": mark("color", "dull"),
        "vivid": mark("color", "vivid"),
        "harmonious": mark("color", "harmonious"),
        "clashing": mark("color", "clashing"),
        "too_warm": mark("color", "too warm"),
        "too_cold": mark("color", "too cold"),
        "wrong_hue": mark("color", "wrong hue"),
        "monochrome": mark("color", "monochrome"),
    },
    "lighting": {
        "too_dark": mark("lighting", "too dark"),
        "too_bright": mark("lighting", "too bright"),
        "flat": mark("lighting", "flat"),
        "harsh": mark("lighting", "harsh"),
        "soft": mark("lighting", "soft"),
        "dramatic": mark("lighting", "dramatic"),
        "shadows": mark("lighting", "shadows"),
        "glow": mark("lighting", "glow"),
        "inconsistent_light": mark("lighting", "inconsistent"),
    },
    "sharpness": {
        "sharp": mark("sharpness", "sharp"),
        "blurry": mark("sharpness", "blurry"),
        "out_of_focus": mark("sharpness", "out of focus"),
        "low_resolution": mark("sharpness", "low resolution"),
        "bokeh": mark("sharpness", "blurred background"),
        "oversharpened": mark("sharpness", "oversharpened"),
    },
    "detail": {
        "rich": mark("detail", "rich"),
        "lacking": mark("detail", "lacking"),
        "plastic": mark("detail", "like plastic"),
        "overdone": mark("detail", "overdone"),
        "texture": mark("detail", "texture"),
    },
    "anatomy": {
        "hands": mark("anatomy", "hands"),
        "face": mark("anatomy", "face"),
        "eyes": mark("anatomy", "eyes"),
        "teeth": mark("anatomy", "teeth"),
        "limbs": mark("anatomy", "arms and legs"),
        "hair": mark("anatomy", "hair"),
        "proportions": mark("anatomy", "proportions"),
        "extra_parts": mark("anatomy", "extra body parts"),
        "pose": mark("anatomy", "pose"),
    },
    "structure": {
        "perspective": mark("structure", "perspective"),
        "scale": mark("structure", "scale"),
        "floating": mark("structure", "floating"),
        "merged": mark("structure", "merged together"),
        "impossible": mark("structure", "impossible"),
        "crooked": mark("structure", "crooked"),
        "coherent": mark("structure", "coherent"),
        "reflection": mark("structure", "reflection"),
    },
    "realism": {
        "lifelike": mark("realism", "lifelike"),
        "artificial": mark("realism", "artificial"),
        "uncanny": mark("realism", "uncanny"),
    },
    "artifacts": {
        "compression": mark("artifacts", "compression"),
        "noise": mark("artifacts", "noise"),
        "banding": mark("artifacts", "colour banding"),
        "watermark": mark("artifacts", "watermark"),
        "glitch": mark("artifacts", "glitch"),
        "seam": mark("artifacts", "visible seam"),
    },
    "text": {
        "legible": mark("text", "legible"),
        "illegible": mark("text", "illegible"),
        "misspelled": mark("text", "misspelled"),
        "typeface": mark("text", "typeface"),
        "placement": mark("text", "placement"),
    },
    "prompt": {
        "faithful": mark("prompt", "faithful"),
        "missing": mark("prompt", "something missing"),
        "extra": mark("prompt", "something extra"),
        "wrong_count": mark("prompt", "wrong number"),
        "wrong_object": mark("prompt", "wrong object"),
        "wrong_attribute": mark("prompt", "wrong property"),
    },
    "style": {
        "fitting": mark("style", "fitting"),
        "inconsistent": mark("style", "inconsistent"),
        "wrong_style": mark("style", "not the style asked for"),
        "painterly": mark("style", "painterly"),
        "cartoonish": mark("style", "cartoonish"),
        "photographic": mark("style", "photographic"),
        "dated": mark("style", "dated"),
    },
    "mood": {
        "calm": mark("mood", "calm"),
        "cheerful": mark("mood", "cheerful"),
        "gloomy": mark("mood", "gloomy"),
        "eerie": mark("mood", "eerie"),
        "cosy": mark("mood", "cosy"),
        "epic": mark("mood", "epic"),
        "lifeless": mark("mood", "lifeless"),
        "nostalgic": mark("mood", "nostalgic"),
    },
    "originality": {
        "fresh": mark("originality", "fresh"),
        "cliche": mark("originality", "cliché"),
    },
    "meaning": {
        "story": mark("meaning", "story"),
        "unclear": mark("meaning", "unclear"),
        "empty": mark("meaning", "says nothing"),
        "symbolic": mark("meaning", "symbolic"),
    },
    "appropriateness": {
        "offensive": mark("appropriateness", "offensive"),
        "disturbing": mark("appropriateness", "disturbing"),
        "stereotype": mark("appropriateness", "stereotype"),
        "respectful": mark("appropriateness", "respectful"),
    },
}

POLARITIES: dict[str, Name] = {
    "positive": mark("polarity", "praise"),
    "negative": mark("polarity", "complaint"),
    "neutral": mark("polarity", "remark"),
}

STRENGTHS: dict[int, Name] = {
    1: mark("strength", "slight"),
    2: mark("strength", "clear"),
    3: mark("strength", "strong"),
}

WIDGET: dict[str, Name] = {
    "title": mark("widget", "What do you think?"),
    "placeholder": mark("widget", "Your opinion, in any language"),
    "send": mark("widget", "Send"),
    "sending": mark("widget", "Sending …"),
    "failed": mark("widget", "Not sent yet; trying again"),
    "saved": mark("widget", "Saved"),
    "offline": mark("widget", "You are offline. What you write stays here and is sent later."),
    "reading": mark("widget", "Reading …"),
    "retry": mark("widget", "Try again"),
    "open": mark("widget", "Open"),
    "close": mark("widget", "Close"),
    "edit": mark("widget", "Edit"),
    "remove": mark("widget", "Remove"),
    "confirm": mark("widget", "That's right"),
    "add": mark("widget", "Add a remark"),
    "save": mark("widget", "Save"),
    "cancel": mark("widget", "Cancel"),
    "enlarge": mark("widget", "Enlarge"),
    "image": mark("widget", "Image {letter}"),
    "prompt": mark("widget", "The description was: {prompt}"),
    "your_words": mark("widget", "Your words"),
    "translation": mark("widget", "English translation"),
    "not_translated": mark("widget", "Not translated"),
    "language": mark("widget", "Language"),
    "unknown_language": mark("widget", "Unknown language"),
    "aspect": mark("widget", "Aspect"),
    "strength": mark("widget", "Strength"),
    "polarity": mark("widget", "Praise or complaint"),
    "about": mark("widget", "About which image"),
    "preferred": mark("widget", "Preferred image"),
    "no_preference": mark("widget", "No preference"),
    "mine": mark("widget", "My opinions"),
    "settings": mark("widget", "Settings"),
    "training_use": mark("widget", "My opinions may be used to train models"),
    "download": mark("widget", "Download my data"),
    "delete": mark("widget", "Delete my data"),
    "help": mark("widget", "Help"),
    "conversation": mark("widget", "Conversation"),
    "you": mark("widget", "You"),
    "refused": mark("widget", "Not accepted: {reason}"),
    "discard": mark("widget", "Discard"),
    "undo": mark("widget", "Undo"),
    "unread": mark("widget", "Kept, but not read yet"),
    "loading": mark("widget", "Loading …"),
    "load_failed": mark("widget", "The conversation could not be loaded."),
    "tie": mark("widget", "Both the same"),
    "understood": mark("widget", "What was understood"),
    "no_labels": mark("widget", "No judgement found"),
    "details": mark("widget", "Details"),
    "suggested": mark("widget", "suggested"),
    "confirmed": mark("widget", "confirmed"),
    "corrected": mark("widget", "corrected"),
    "removed": mark("widget", "removed"),
    "earlier": mark("widget", "Show earlier ones"),
    "characters": mark("widget", "{count} of {limit} characters"),
    "correct": mark("widget", "Correct"),
}

ERRORS: dict[str, Name] = {
    "internal": mark("error", "Something went wrong on our side. Please try again."),
    "not_saved": mark("error", "It can't be saved right now. Please try again in a moment."),
    "session": mark("error", "Your session has expired. Please reload the page."),
    "not_found": mark("error", "That is not there (any more)."),
    "forbidden": mark("error", "You may not do that."),
    "malformed": mark("error", "That could not be understood. Please check it and try again."),
    "image": mark("error", "The image can't be shown."),
    "bad_image": mark("error", "This file is not an image that can be used."),
    "too_large": mark("error", "That is too large."),
    "no_campaign": mark("error", "There is no such campaign."),
    "archived": mark("error", "This campaign has ended. Thank you for your interest!"),
    "empty": mark("error", "Your message is empty."),
    "too_long": mark("error", "Your message is too long; {limit} characters fit."),
    "broken": mark("error", "Your message contains a broken character. Please type it again."),
    "repeated": mark("error", "This message was already saved with other words. Please send it as a new one."),
    "no_showing": mark("error", "That fits no image on show. Look at one first, then say what you think."),
    "stale": mark("error", "That button no longer works."),
}


def error(tag: str, key: str, **values: object) -> str:
    """The sentence for an error that a person meets; the key is one of `ERRORS`."""
    return wording(tag).fill(ERRORS[key], **values)


def rate_limited(tag: str, seconds: int) -> str:
    """The sentence for somebody who sends too much at once."""
    return wording(tag).say_many(
        "That was a lot at once. Please try again in {count} second.",
        "That was a lot at once. Please try again in {count} seconds.",
        seconds,
    )


def taxonomy_names(tag: str) -> dict[str, object]:
    """The taxonomy with its names in this language, for menus."""
    said = wording(tag)
    return {
        "version": taxonomy().version,
        "locale": said.locale,
        "dir": said.dir,
        "aspects": {
            code: {
                "name": said.name(ASPECTS[code]),
                "attributes": {name: said.name(ATTRIBUTES[code][name]) for name in aspect.attributes},
            }
            for code, aspect in taxonomy().aspects.items()
        },
        "polarities": {code: said.name(name) for code, name in POLARITIES.items()},
        "strengths": {str(code): said.name(name) for code, name in STRENGTHS.items()},
        "colors": {shade.name: {"hex": shade.hex, "label": name_shade(shade.name, said.locale)} for shade in shades()},
    }


def widget_strings(tag: str) -> dict[str, object]:
    """The widget's texts in this language, placeholders unfilled, and every catalogue's name in its own language."""
    said = wording(tag)
    return {
        "locale": said.locale,
        "dir": said.dir,
        "languages": {tag: wording(tag).language(tag) for tag in catalogues()},
        "strings": {key: said.name(name) for key, name in {**WIDGET, "image_failed": ERRORS["image"]}.items()},
    }
