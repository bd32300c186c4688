"""Translations and what a judge said of them: what the gate is fitted on.

    python -m translation.training.judged --opinions DIR... --tatoeba DIR --out drafts.tsv

Writes drafts: held-out messages as they are translated now, to be judged by filling in the last column. A file has a
message a line, in four fields separated by TABs: language, text, translation, verdict. The verdict is `right` (says
what the text says), `gist` (misses or blurs something, adds nothing) or `invents` (says what the text does not say).
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from translation.bundled import BundledReader
from translation.ctranslate import open_checkpoint
from translation.decoding import EnglishDecoder
from translation.training.decoder_pairs import Pair, load_corpus, sample
from translation.training.tags import tag_of
from translation.translate import Attempt, Decoder, attempts

VERDICTS = ("right", "gist", "invents")
BATCH = 32


class Judged(NamedTuple):
    """A message, its translation, and the verdict; "" where nobody has judged it."""

    language: str
    text: str
    translation: str
    verdict: str


class JudgedError(ValueError):
    """A line is not as it should be; the message names it."""


def read(path: Path) -> Iterator[Judged]:
    """The judged lines of a file; `#` begins a comment, lines without a verdict are passed over."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) == 3 or (len(fields) == 4 and not fields[3]):
            continue
        if len(fields) != 4 or fields[3] not in VERDICTS:
            raise JudgedError(f"{path}:{number}: want language, text, translation and one of {', '.join(VERDICTS)}")
        yield Judged(*fields)


def attempted(reader: BundledReader, decoder: Decoder, texts: Sequence[tuple[str, str]]) -> Iterator[Attempt]:
    """Each (language, text) as it is translated now, whatever the gate says of it."""
    for at in range(0, len(texts), BATCH):
        languages, part = zip(*texts[at : at + BATCH], strict=True)
        yield from attempts(reader, decoder, reader.encode(part, ["single"] * len(part)), languages)


def drawn(opinions: Sequence[Pair], tatoeba: Sequence[Pair], each: int) -> list[tuple[str, str]]:
    """(language, text) of held-out messages, at most so many a language; opinions before plain sentences."""
    chosen = defaultdict[str, list[str]](list)
    for pair in [*sample(opinions, len(opinions)), *sample(tatoeba, len(tatoeba))]:
        language = tag_of(pair.language, pair.source)
        if language != "en" and len(chosen[language]) < each and "\t" not in pair.source:
            chosen[language].append(pair.source)
    return [(language, text) for language, texts in sorted(chosen.items()) for text in texts]


def add_decoder_options(parser: argparse.ArgumentParser) -> None:
    """Whose translations: the bundled decoder's, or a checkpoint's."""
    parser.add_argument("--models", type=Path, help="folder of fetched checkpoints")
    parser.add_argument("--checkpoint", help="this one of them, in place of the bundled decoder")


def chosen_decoder(args: argparse.Namespace) -> Decoder:
    """The decoder that the options name."""
    return open_checkpoint(args.models, args.checkpoint) if args.checkpoint else EnglishDecoder()


def main() -> None:
    """Draw, translate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path, nargs="+", required=True, help="folders of collections")
    parser.add_argument("--tatoeba", type=Path, required=True)
    parser.add_argument("--each", type=int, default=8, help="messages a language")
    parser.add_argument("--out", type=Path, required=True)
    add_decoder_options(parser)
    args = parser.parse_args()
    corpus = load_corpus(args.tatoeba, args.opinions)
    texts = drawn(corpus.held_opinions, corpus.held_tatoeba, args.each)
    found = attempted(BundledReader(), chosen_decoder(args), texts)
    lines = [f"{language}\t{text}\t{one.text}\t" for (language, text), one in zip(texts, found, strict=True)]
    args.out.write_text("\n".join(["# language\ttext\ttranslation\tverdict", *lines]) + "\n", "utf-8")
    print(f"{len(lines)} drafts in {args.out}")


if __name__ == "__main__":
    main()
