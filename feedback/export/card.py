"""The dataset card: README.md, with the YAML that `datasets` and its hub read, and a page for people below it."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import get_args

from feedback.export.columns import to_yaml
from feedback.export.plots import Plot
from feedback.export.statistics import Example, Statistics
from feedback.export.target import Target
from feedback.export.withdrawals import WITHDRAWALS, Withdrawal
from feedback.export.words import remark
from feedback.export.writing import Written
from feedback.records import Polarity
from feedback.taxonomy import taxonomy

_EXAMPLES = 6
_TURNING = {chr(code) for code in (0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_MARKUP = frozenset("\\`*_{}[]()<>#!|~$&:@")
_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)


def write_card(
    title: str,
    version: str,
    tables: Sequence[tuple[Target, Written]],
    counts: Statistics,
    plots: Sequence[Plot],
    withdrawn: Sequence[Withdrawal],
    *,
    gold_only: bool,
) -> str:
    """The text of README.md."""
    filled = [(target, written) for target, written in tables if written.rows]
    yaml = [*_head(title, counts), *_configs([written for _, written in filled if written.columns])]
    body = [
        f"# {_plain(title)}",
        "What people said about images, in their own words and languages, and what was understood of it. "
        f"Written by `opine export`; version `{version}`, which changes whenever the contents do.",
        *_tables(filled, gold_only=gold_only),
        *_examples(counts),
        *_numbers(counts, plots),
        *_reading_on(counts),
        *_people(withdrawn),
        *_limits(),
    ]
    return "\n".join(["---", *yaml, "---", ""]) + "\n\n".join(body) + "\n"


def _head(title: str, counts: Statistics) -> list[str]:
    languages = sorted({tag.split("-")[0].lower() for tag in counts.languages} - {"und"})
    creators = ["crowdsourced", "machine-generated"] if counts.statuses["suggested"] else ["crowdsourced"]
    size = next((name for limit, name in _SIZES if counts.opinions < limit), "10M<n<100M")
    return [
        f"pretty_name: {json.dumps(title, ensure_ascii=False)}",
        *_list("language", [json.dumps(tag) for tag in languages]),  # quoted: to YAML, a bare no is false
        "license: other",
        "license_name: not-yet-chosen",
        *_list("size_categories", [size]),
        *_list("task_categories", ["text-classification", "image-classification"]),
        *_list("annotations_creators", creators),
        *_list("tags", ["human-feedback", "preference-data", "image-critique", "multilingual"]),
    ]


def _configs(tables: Sequence[Written]) -> list[str]:
    configs, infos = [], []
    for number, table in enumerate(tables):
        configs += [f"- config_name: {table.name}", *(["  default: true"] if number == 0 else []), "  data_files:"]
        for split in table.rows:
            configs += [f"  - split: {split}", f"    path: data/{table.name}/{split}.parquet"]
        infos += [f"- config_name: {table.name}", "  features:", *(f"  {line}" for line in to_yaml(table.columns))]
    return ["configs:", *configs, "dataset_info:", *infos] if tables else []


def _list(name: str, values: Iterable[str]) -> list[str]:
    lines = [f"- {value}" for value in values]
    return [f"{name}:", *lines] if lines else []


def _tables(filled: Sequence[tuple[Target, Written]], *, gold_only: bool) -> list[str]:
    rows = [
        (f"`{target.name}`", target.about, str(sum(written.rows.values())), _opening(target, written))
        for target, written in filled
    ]
    gold = "Labels and preferences are only those that a person confirmed, corrected, added or clicked (gold)."
    both = (
        "`status` tells gold from a model's suggestions: `suggested` was not answered; `confirmed`, `corrected` "
        "(and added by hand) is gold; `rejected` was found wrong by the person."
    )
    return [
        "## Tables",
        _table(("table", "what it holds", "rows", "how to open it"), rows),
        "`PATH` is this folder or its name on a hub, after `from datasets import load_dataset`. "
        "`split` keeps everything that shares an image or a prompt on one side; `annotator_split` divides the people. "
        "Each table is there as Parquet and as JSONL (without image columns); `images/` holds the original files. "
        "`croissant.json` says the same to programs.",
        gold if gold_only else both,
        "Spans (`evidence_start`, `evidence_end`) are half-open and count Unicode code points of `source_text`.",
    ]


def _opening(target: Target, written: Written) -> str:
    return f'`load_dataset("PATH", "{target.name}")`' if written.columns else f"the files in `{target.name}/`"


def _examples(counts: Statistics) -> list[str]:
    rows = [
        (f"<bdi>{_cell(one.text)}</bdi>", f"`{one.language}`", _cell(one.translation or "–"), _remarks(one))
        for one in counts.examples(_EXAMPLES)
    ]
    return ["## Examples", _table(("as it was typed", "language", "in English", "labels"), rows)] if rows else []


def _remarks(example: Example) -> str:
    remarks = ", ".join(dict.fromkeys(remark(label) for label in example.labels))
    return _cell(remarks + (" (gold)" if example.gold else ""))


def _numbers(counts: Statistics, plots: Sequence[Plot]) -> list[str]:
    polarities = get_args(Polarity)
    names = [name for name in taxonomy().aspects if any(counts.aspects[name, polarity] for polarity in polarities)]
    aspects = [(f"`{name}`", *(str(counts.aspects[name, polarity]) for polarity in polarities)) for name in names]
    parts = [
        "## Numbers",
        *(f"![{plot.alt}](plots/{plot.name}.png)" for plot in plots),
        f"{counts.opinions} opinions of {len(counts.annotators)} people; {counts.unread} of them not read yet. "
        f"{sum(counts.choices.values())} preferences, {counts.choices['tie']} of them ties.",
        f"Left out because the people do not want their words used for training: {counts.left_out_opinions} opinions, "
        f"{counts.left_out_preferences} preferences.",
    ]
    parts += [
        f"Agreement on {kind}s: of {pairs} pairs of people who judged the same one, {alike} chose alike "
        f"({alike / pairs:.0%}; not corrected for chance)."
        for kind, (pairs, alike) in counts.agreement().items()
    ] or ["Agreement: nobody judged what another person had judged."]
    for heading, counter in (("language", counts.languages), ("channel", counts.channels), ("status", counts.statuses)):
        if counter:
            parts.append(_table((heading, "labels" if heading == "status" else "opinions"), _ranked(counter)))
    return [*parts, _table(("aspect", *polarities), aspects)] if aspects else parts


def _reading_on(counts: Statistics) -> list[str]:
    signatures = [f"- `{one}`" for one in sorted(counts.signatures)]
    return [
        "## Signatures",
        "\n".join(signatures) or "Nothing was read yet.",
        f"Aspects and attributes: `taxonomy.toml` (version {taxonomy().version}).",
    ]


def _people(withdrawn: Sequence[Withdrawal]) -> list[str]:
    steps = [
        f"- After version `{one.after_version}`, {one.people} {'person' if one.people == 1 else 'people'} withdrew "
        f"something: {len(one.opinion_ids)} opinions and {len(one.showing_ids)} showings are gone."
        for one in withdrawn
    ]
    dropping = (
        f"`{WITHDRAWALS}` lists their ids: drop these rows from copies of earlier versions, and from what was made "
        "of them where that can be done."
    )
    return [
        "## People and their rights",
        "Annotators are pseudonyms: keyed hashes, with no name or account behind them in this dataset. Who withdraws "
        "is erased where the dataset was made, and is in no later version; please use the newest one. To withdraw, "
        "write “delete my data” where you gave your opinion, or ask whoever published this.",
        *(["\n".join(steps), dropping] if steps else []),
    ]


def _limits() -> list[str]:
    return [
        "## Limits",
        "Suggestions and translations were made by models and can be wrong. The people are those who came, not a "
        "sample of anybody. Whoever publishes this has yet to choose a licence (`license` above) for texts and images.",
    ]


def _ranked(counter: Counter[str]) -> list[tuple[str, str]]:
    return [(f"`{name}`", str(count)) for name, count in sorted(counter.items(), key=lambda item: (-item[1], item[0]))]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _plain(title: str) -> str:
    return " ".join(title.replace("#", "").replace("<", "&lt;").split())


def _cell(text: str) -> str:
    """A text that is nothing but text in Markdown, on one line, without marks that turn its direction."""
    plain = "".join(character for character in " ".join(text.split()) if character not in _TURNING)
    return "".join(f"\\{character}" if character in _MARKUP else character for character in plain)
