"""What a JPEG file tells of its compression: the quality it was probably written with, and its chroma sampling."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

# ITU-T T.81, annex K.1, in natural (row by row) order: luminance, then chrominance. Every libjpeg scales these two.
_LUMINANCE: Final = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMINANCE: Final = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)
# Horizontal and vertical sampling of luminance against chrominance.
_SUBSAMPLING: Final = {(1, 1): "4:4:4", (2, 1): "4:2:2", (1, 2): "4:4:0", (2, 2): "4:2:0", (4, 1): "4:1:1"}

Table = tuple[int, ...]


def estimate_jpeg_quality(quantization: Mapping[int, Sequence[int]]) -> int | None:
    """The libjpeg quality (1 to 100) whose tables come closest; None without tables.

    Exact for tables that libjpeg made; other encoders (Photoshop, mozjpeg) get the nearest of libjpeg's qualities.
    """
    tables = [tuple(quantization[key]) for key in sorted(quantization)][:2]
    if not tables:
        return None

    def distance(quality: int) -> int:
        ideal = _scaled_tables(quality)
        return sum(abs(a - b) for got, want in zip(tables, ideal, strict=False) for a, b in zip(got, want, strict=True))

    return min(range(1, 101), key=distance)


@cache
def _scaled_tables(quality: int) -> tuple[Table, Table]:
    """The Independent JPEG Group's formula, from `jpeg_quality_scaling` and `jpeg_add_quant_table`."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality

    def scaled(base: Sequence[Sequence[int]]) -> Table:
        return tuple(min(max((value * scale + 50) // 100, 1), 255) for row in base for value in row)

    return scaled(_LUMINANCE), scaled(_CHROMINANCE)


def name_chroma_subsampling(layers: Sequence[tuple[int, int, int, int]]) -> str | None:
    """Name the sampling of `(id, horizontal, vertical, table)` layers, as "4:2:0"; None for grey and unusual ones."""
    if len(layers) != 3:
        return None
    (_, across, down, _), *chroma = layers
    if any(layer[1:3] != chroma[0][1:3] for layer in chroma):
        return None
    _, chroma_across, chroma_down, _ = chroma[0]
    if across % chroma_across or down % chroma_down:
        return None
    return _SUBSAMPLING.get((across // chroma_across, down // chroma_down))
