"""The export in Croissant (mlcommons.org/croissant, 1.0): which files there are, and what their columns mean.

A record set for each table and split, with the columns that Croissant has a type for: nested lists are left out.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from feedback.export.columns import BYTES, IMAGE, NANOSECONDS, REAL, TEXT, TEXTS, TIME, TRUTH, WHOLE
from feedback.export.writing import Facts, Written

CROISSANT: Final = "croissant.json"
_TYPES: Final = {
    TEXT: "sc:Text",
    TEXTS: "sc:Text",
    WHOLE: "sc:Integer",
    REAL: "sc:Float",
    TRUTH: "sc:Boolean",
    TIME: "sc:DateTime",
    NANOSECONDS: "sc:DateTime",
    BYTES: "sc:ImageObject",
    IMAGE: "sc:ImageObject",
}
_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(title: str, version: str, tables: Sequence[Written], files: Mapping[str, Facts]) -> str:
    """The text of `croissant.json`; paths are relative to it."""
    parts = list(_parts(tables))
    content = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": title,
        "description": "What people said about images, in their own words, and what was understood of it.",
        "version": f"1.0.0+{version}",
        "distribution": [_file(path, files[path]) for path, _, _ in parts],
        "recordSet": [_record_set(path, name, table) for path, name, table in parts],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _parts(tables: Sequence[Written]) -> Iterator[tuple[str, str, Written]]:
    """The Parquet file, the name and the table of each record set."""
    for table in tables:
        for split in table.rows if table.columns else ():
            yield f"data/{table.name}/{split}.parquet", f"{table.name}-{split}", table


def _file(path: str, facts: Facts) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{facts['size']} B",
        "encodingFormat": "application/x-parquet",
        "sha256": facts["sha256"],
    }


def _record_set(path: str, name: str, table: Written) -> dict[str, Any]:
    known = [(column, kind) for column, kind in table.columns.items() if kind in _TYPES]
    fields = [_field(path, f"{name}/{column}", column, kind) for column, kind in known]
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": fields}


def _field(path: str, name: str, column: str, kind: pa.DataType) -> dict[str, Any]:
    source: dict[str, Any] = {"fileObject": {"@id": path}, "extract": {"column": column}}
    if kind == IMAGE:
        source["transform"] = {"jsonPath": "bytes"}
    return {
        "@type": "cr:Field",
        "@id": name,
        "name": name,
        "dataType": _TYPES[kind],
        **({"repeated": True} if kind == TEXTS else {}),
        "source": source,
    }
