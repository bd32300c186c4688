"""The model card: what the reward learned from, how good it is, whose taste is inside, and how to forget somebody."""

from pathlib import Path

from feedback.reward.accuracy import Figures
from feedback.reward.model import FACTS, WEIGHTS, Reward

_CARD = """---
library_name: opine
tags: [reward-model, preference, image-quality]
---

# Reward from opinions

Scores images by what people chose and said: `opine score IMAGE --model .`, or `Reward.load(".")` of `feedback.reward`.
A score of 0 is an average image of the training set; a difference of 1 means odds of e to 1 that the higher one is
chosen where there is no tie.

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

| on the test split | right |
|---|---|
{figures}

![curves](curves.png)

## Learned from

{answers:,} answers ({ties:,} ties, {single:,} about single images) of {annotators:,} people about {images:,} images;
{training:,} of the answers trained it, the others stopped the training or test it.

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

`tastes` in `{weights}` holds one vector for each of these pseudonyms; `annotators` in `{facts}` has the same order:

{people}

To forget one at once: `Reward.load(folder).without(pseudonym).save(folder)`, and take the name off this list. What they
said has also moved the population a little: erase them in Opine, export again and train again{seconds}.

## Licence

The weights are derived from the export; whatever its card says of licence and consent holds for them, too. It contains
no image and no words, but the features of up to {background} images that stand for the others.
"""


def write_card(reward: Reward, file: Path, seconds: float) -> None:
    """Write the card of a trained reward; `seconds` is how long the fit took."""
    facts, counts = reward.facts, reward.facts["counts"]
    figures = {name: Figures(**found) for name, found in facts["figures"].items()}
    took = f" (the fit took {seconds:,.0f} s)" if seconds >= 1 else ""
    text = _CARD.format(
        **{name: facts[name] for name in ("signature", "taxonomy", "export", "seed", "copies", "kept_round")},
        rounds=len(facts["rounds"]),
        figures="\n".join(f"| {name} | {found} |" for name, found in figures.items()),
        **{name: counts[name] for name in ("answers", "ties", "single", "annotators", "images")},
        training=counts["training answers"],
        labels="\n".join(f"| {name} | {count:,} |" for name, count in counts["labels"].items()) or "| none | 0 |",
        weights=WEIGHTS,
        facts=FACTS,
        people="\n".join(f"- `{name}`" for name in reward.tastes),
        background=len(reward.background),
        seconds=took,
    )
    file.write_text(text, "utf-8")
