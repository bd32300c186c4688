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
NANOSECONDS: Final = pa.timestamp("ns")
BYTES: Final = pa.binary()  # an image's bytes and nothing else; its cell is `Stored` as well
IMAGE: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])  # as `datasets` keeps an image
IMAGES: Final = pa.list_(IMAGE)

_NAMES: Final = {
    TEXT: "string",
    WHOLE: "int64",
    REAL: "float64",
    TRUTH: "bool",
    TIME: "timestamp[us, tz=UTC]",
    NANOSECONDS: "timestamp[ns]",
    BYTES: "binary",
}


class Stored(NamedTuple):
    """The cell of an image column: the image's file inside the export, and its bytes' number."""

    path: str
    size: int


Columns = Mapping[str, pa.DataType]
Row = Mapping[str, Any]


def holds_images(kind: pa.DataType) -> bool:
    """Whether the cells of such a column are images, one or many; JSON cannot hold them."""
    return kind in (BYTES, IMAGE, IMAGES)


def to_schema(columns: Columns) -> pa.Schema:
    """The Arrow schema, with the note that makes `datasets` decode images of a Parquet file found without its card."""
    features = {name: _feature(kind) for name, kind in columns.items()}
    note = json.dumps({"info": {"features": features}})
    return pa.schema(list(columns.items()), metadata={"huggingface": note})


def to_yaml(columns: Columns) -> list[str]:
    """The lines of `dataset_info.features` in a dataset card."""
    return [line for name, kind in columns.items() for line in _yaml(name, kind)]


def _yaml(name: str, kind: pa.DataType) -> list[str]:
    return [f"- name: {name}", *(f"  {line}" for line in _kind_yaml(kind))]


def _kind_yaml(kind: pa.DataType) -> list[str]:
    if not pa.types.is_list(kind):
        return ["dtype: image" if kind == IMAGE else f"dtype: {_NAMES[kind]}"]
    item = kind.value_type
    if pa.types.is_struct(item) and item != IMAGE:
        return ["list:", *(line for field in item for line in _yaml(field.name, field.type))]
    return ["sequence: image" if item == IMAGE else f"sequence: {_NAMES[item]}"]


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if kind == IMAGE:
        return {"_type": "Image"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_list(kind):
        # "Sequence" is read by old and new versions alike, but turns a list of structs about; "List" does not.
        nested = pa.types.is_struct(kind.value_type) and kind.value_type != IMAGE
        return {"feature": _feature(kind.value_type), "_type": "List" if nested else "Sequence"}
    return {"dtype": _NAMES[kind], "_type": "Value"}
