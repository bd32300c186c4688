"""The dataset card: README.md, with the YAML that `datasets` and its hub read, and a page for people below it."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from feedback.export.columns import to_yaml
from feedback.export.splits import SPLITS
from feedback.export.statistics import Statistics
from feedback.export.target import Target
from feedback.export.writing import Written
from feedback.taxonomy import taxonomy

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def write_card(
    title: str, version: str, tables: Sequence[tuple[Target, Written]], counts: Statistics, *, gold_only: bool
) -> str:
    """The text of README.md."""
    filled = [(target, written) for target, written in tables if written.rows]
    yaml = [*_head(title, counts), *_configs([written for _, written in filled])]
    body = [
        f"# {_plain(title)}",
        "What people said about images, in their own words and languages, and what was understood of it. "
        f"Written by `opine export`; version `{version}`, which changes whenever the contents do.",
        *_tables(filled, gold_only=gold_only),
        *_numbers(counts),
        *_reading_on(counts),
    ]
    return "\n".join(["---", *yaml, "---", ""]) + "\n\n".join(body) + "\n"


def _head(title: str, counts: Statistics) -> list[str]:
    languages = sorted({tag.split("-")[0].lower() for tag in counts.languages} - {"und"})
    creators = ["crowdsourced", "machine-generated"] if counts.statuses["suggested"] else ["crowdsourced"]
    size = next((name for limit, name in _SIZES if counts.opinions < limit), "n>1M")
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
        (
            f"`{target.name}`",
            target.about,
            *(str(written.rows.get(split, 0)) for split in ("train", "validation", "test")),
        )
        for target, written in filled
    ]
    gold = "Labels and preferences are only those that a person confirmed, corrected, added or clicked (gold)."
    both = (
        "`status` tells gold from a model's suggestions: `suggested` was not answered; `confirmed`, `corrected` "
        "(and added by hand) is gold; `rejected` was found wrong by the person."
    )
    return [
        "## Tables",
        _table(("table", "what it holds", *SPLITS), rows),
        '```python\nfrom datasets import load_dataset\n\nopinions = load_dataset("PATH", "opinions")\n```',
        "`split` keeps everything that shares an image or a prompt on one side; `annotator_split` divides the people. "
        "Each table is there as Parquet and as JSONL (without image columns); `images/` holds the original files.",
        gold if gold_only else both,
        "Spans (`evidence_start`, `evidence_end`) are half-open and count Unicode code points of `source_text`.",
    ]


def _numbers(counts: Statistics) -> list[str]:
    polarities = ("positive", "negative", "neutral")
    names = [name for name in taxonomy().aspects if any(counts.aspects[name, polarity] for polarity in polarities)]
    aspects = [(f"`{name}`", *(str(counts.aspects[name, polarity]) for polarity in polarities)) for name in names]
    parts = [
        "## Numbers",
        f"{counts.opinions} opinions of {len(counts.annotators)} people; {counts.unread} of them not read yet. "
        f"{sum(counts.choices.values())} preferences, {counts.choices['tie']} of them ties.",
        f"Left out because the people do not want their words used for training: {counts.left_out_opinions} opinions, "
        f"{counts.left_out_preferences} preferences.",
    ]
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
        "## People and their rights",
        "Annotators are pseudonyms: keyed hashes, with no name or account behind them in this dataset. Who withdraws "
        "is erased where the dataset was made, and is in no later version; please use the newest one. To withdraw, "
        "write “delete my data” where you gave your opinion, or ask whoever published this.",
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
