"""How far the words for no (translation/negation.toml) can be trusted, by language, against English references.

    python -m translation.training.negation --opinions DIR --more DIR...

`source -> English`: of the messages that say no, the share whose English does too; a language belongs into the lexicon
from about 0.8 on. `English -> source`: the other way; under about 0.8 the entry is `incomplete`.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

from translation.negation import find_negation, negation_lost, negation_made
from translation.training import corpora
from translation.training.tags import tag_of


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path, required=True)
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="further collections: folders of LANG.tsv")
    args = parser.parse_args()
    counts = defaultdict[str, Counter[str]](Counter)
    for folder in (args.opinions, *args.more):
        for row in corpora.opinions(args.opinions, folder):
            text, english = row["source_text"], row["reference"]
            tag = tag_of(row["language"], text)
            found = {"source": find_negation(text, tag), "english": find_negation(english, "en-plain")}
            found |= {"lost": negation_lost(text, english, tag), "made": negation_made(text, english, tag), "all": True}
            counts[tag].update(name for name, said in found.items() if said)
    print("| language | messages | source -> English | English -> source |\n|---|---|---|---|")
    for tag, of in sorted(counts.items()):
        if of["source"]:
            there, back = 1 - of["lost"] / of["source"], 1 - of["made"] / max(1, of["english"])
            print(f"| {tag} | {of['all']} | {there:.2f} | {back:.2f} |")


if __name__ == "__main__":
    main()
