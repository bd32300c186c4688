"""The model card: what the reward learned from, how good it is, whose taste is inside, and how to forget somebody."""

from typing import TYPE_CHECKING

from feedback.reward.accuracy import NONE, Figures

if TYPE_CHECKING:
    from feedback.reward.model import Reward

_UNKNOWN = "how good it is is not known, as nothing is held out: that takes answers about more images, of other prompts"

_CARD = """---
library_name: opine
tags: [reward-model, preference, image-quality]
---

# Reward from opinions

Scores images by what people chose and said: `opine score IMAGE --model .`, or `Reward.load(".")` of `feedback.reward`.
A score of 0 is an average image of the training set. By one person's taste a difference of 1 means odds of e to 1 that
the higher one is chosen where there is no tie; by the population's the odds are more even, as people differ.

| | |
|---|---|
| features | `{signature}` |
| taxonomy | {taxonomy} |
| export | `{export}` |
| seed, copies with artefacts | {seed}, {copies} |
| rounds, kept | {rounds}, {kept_round} |

## Figures

Pairs in the right order, with 95 % intervals; ties are not among them. Images of the export's test split, which no
training saw; *unseen* people are in no training either.

{how_good}
| on the test split | right |
|---|---|
{figures}

The last ones look at no image, and a reward must be better than they are. *Length* takes the image of which other
people said more: characters of evidence in all their labels about it; equal lengths count half.
{curves}
## Learned from

{answers:,} answers ({ties:,} ties, {single:,} about single images) of {annotators:,} people about {images:,} images.
{training:,} of the answers trained it; the other {rest:,} say when to end the training, or test it.

| aspect | labels |
|---|---|
{labels}

An aspect without labels scores 0 and is left out of every reason.

## Limits

- It knows the people and the images of one export. On images of another kind its score is a guess that looks like one.
- It sees what its features see. The built-in descriptor sees colour, light, contrast and detail; no meaning, no words.
- A label about images shown together is about their difference; what nobody mentioned is not known to be good.
- Aspects explain the score in the model's terms; they are no proof of why somebody chose.
- Do not use it to judge people, and optimise a generator against it only while people still check what comes out.

## Whose taste is inside

`tastes` in `model.safetensors` holds one vector for each of these pseudonyms; `annotators` in `model.json` has the
same order:

{people}

To forget one at once: `Reward.load(folder).without(pseudonym).save(folder)`, which writes this list anew as well. What
they said has also moved the population a little: erase them in Opine, export again and train again.

## Licence

The weights are derived from the export; whatever its card says of licence and consent holds for them, too. It contains
no image and no words, but the features of up to {background} images that stand for the others.
"""


def in_short(reward: "Reward", *titles: str) -> str:
    """What it learned from, and how good it is: the first of the figures of these titles, where there is one."""
    figures = (Figures(**reward.facts["figures"][title]) for title in titles)
    good = next((f"of pairs held out, {figure} in the right order" for figure in figures if figure.pairs), _UNKNOWN)
    return f"learned from {_count(reward.facts['counts']['training answers'], 'answer')}; {good}"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def card_of(reward: "Reward", *, curves: bool) -> str:
    """The text of the card; `curves`: their picture lies beside it."""
    facts, counts = reward.facts, reward.facts["counts"]
    figures = {name: Figures(**found) for name, found in facts["figures"].items()}
    return _CARD.format(
        **{name: facts[name] for name in ("signature", "taxonomy", "export", "seed", "copies", "kept_round")},
        rounds=len(facts["rounds"]),
        how_good="" if sum(figures.values(), NONE).pairs else f"**Beware: {_UNKNOWN}.**\n",
        figures="\n".join(f"| {name} | {found} |" for name, found in figures.items()),
        **{name: counts[name] for name in ("answers", "ties", "single", "annotators", "images")},
        curves="\n![curves](curves.png)\n" if curves else "",
        training=counts["training answers"],
        rest=counts["answers"] - counts["training answers"],
        labels="\n".join(f"| {name} | {count:,} |" for name, count in counts["labels"].items()) or "| none | 0 |",
        people="\n".join(f"- `{name}`" for name in reward.tastes) or "nobody's",
        background=len(reward.background),
    )
