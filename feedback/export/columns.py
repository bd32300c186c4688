"""Columns of exported tables, and how `datasets` is told about them: in the Parquet schema and in the dataset card."""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import pyarrow as pa

TEXT: Final = pa.string()
TEXTS: Final = pa.list_(pa.string())
WHOLE: Final = pa.int64()
REAL: Final = pa.float64()
TRUTH: Final = pa.bool_()
TIME: Final = pa.timestamp("us", tz="UTC")
IMAGE: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])  # as `datasets` keeps an image

_NAMES: Final = {TEXT: "string", WHOLE: "int64", REAL: "float64", TRUTH: "bool", TIME: "timestamp[us, tz=UTC]"}


class Stored(NamedTuple):
    """The cell of an image column: the image's file inside the export, and its bytes' number."""

    path: str
    size: int


Columns = Mapping[str, pa.DataType]
Row = Mapping[str, Any]


def to_schema(columns: Columns) -> pa.Schema:
    """The Arrow schema, with the note that makes `datasets` decode images of a Parquet file found without its card."""
    features = {name: _feature(kind) for name, kind in columns.items()}
    note = json.dumps({"info": {"features": features}})
    return pa.schema(list(columns.items()), metadata={"huggingface": note})


def to_yaml(columns: Columns) -> list[str]:
    """The lines of `dataset_info.features` in a dataset card."""
    lines = []
    for name, kind in columns.items():
        value = "dtype: image" if kind == IMAGE else "sequence: string" if kind == TEXTS else f"dtype: {_NAMES[kind]}"
        lines += [f"- name: {name}", f"  {value}"]
    return lines


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if kind == IMAGE:
        return {"_type": "Image"}
    if kind == TEXTS:  # "Sequence" is read by old and new versions alike, "List" by new ones only
        return {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"}
    return {"dtype": _NAMES[kind], "_type": "Value"}
