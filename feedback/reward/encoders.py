"""Image encoders of transformers (SigLIP, CLIP, DINOv2, ...) as features: pooled, of length 1."""

from collections.abc import Sequence
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from feedback.errors import OpineError
from feedback.reward.features import Matrix, Vector

if TYPE_CHECKING:
    from PIL import Image


class NoEncoder(OpineError, RuntimeError):
    """The encoder cannot be had here; the message says what to do."""


class Encoder:
    """An `AutoModel` by its id on the hub or its local folder, with its own image processor."""

    side: int | None = None
    batch = 8

    def __init__(self, name: str) -> None:
        self._torch, auto_model, auto_processor = _libraries()
        try:
            self._model = auto_model.from_pretrained(name).eval()
            self._processor = auto_processor.from_pretrained(name)
        except (OSError, ValueError) as error:
            where = "the folder" if Path(name).is_dir() else "the network, or the folder of that name,"
            raise NoEncoder(
                f"the image encoder {name!r} cannot be loaded; see that {where} holds its config.json, "
                'preprocessor_config.json and weights, or take the built-in "descriptor"'
            ) from error
        if self._model.main_input_name != "pixel_values" and not _has_towers(self._model):
            raise NoEncoder(f'{name!r} does not take images; give an image encoder, or the built-in "descriptor"')
        self.signature = f"encoder:{_identity(name, self._model)}"
        self.names = ("",) * self._embed([_grey()]).shape[1]

    def of(self, image: "Image.Image") -> Vector:
        """The pooled embedding of an RGB image, of length 1."""
        return np.asarray(self.of_many([image])[0])

    def of_many(self, images: Sequence["Image.Image"]) -> Matrix:
        """The same of several, which go through the model together."""
        vectors = self._embed(images)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)

    def _embed(self, images: Sequence["Image.Image"]) -> Matrix:
        """In one batch; one by one where the processor leaves images at sizes of their own."""
        pixels = [self._processor(images=one.convert("RGB"), return_tensors="pt")["pixel_values"] for one in images]
        if len({one.shape for one in pixels}) == 1:
            pixels = [self._torch.cat(pixels)]
        with self._torch.inference_mode():
            embedded = self._torch.cat([_pooled(self._model, batch) for batch in pixels])
        return np.asarray(embedded.float().numpy())


def _libraries() -> tuple[Any, Any, Any]:
    try:
        import torch
        from transformers import AutoImageProcessor, AutoModel
    except ImportError as error:
        raise NoEncoder(
            f'an image encoder needs {error.name or error}; run `pip install "opine[checkpoints]"`, '
            'or take the built-in "descriptor"'
        ) from error
    return torch, AutoModel, AutoImageProcessor


def _has_towers(model: Any) -> bool:
    return hasattr(model, "get_image_features")


def _pooled(model: Any, pixels: Any) -> Any:
    """What the model itself gives for an image: two towers project it, others pool or have a first token."""
    found = model.get_image_features(pixel_values=pixels) if _has_towers(model) else model(pixel_values=pixels)
    if not hasattr(found, "last_hidden_state"):
        return found  # transformers before 5 give the tensor itself
    pooled = getattr(found, "pooler_output", None)
    states = found.last_hidden_state
    return (states[:, 0] if pooled is None else pooled).flatten(1)


def _identity(name: str, model: Any) -> str:
    """The commit on the hub; of a local folder, which has no version, a hash of its files."""
    if not (folder := Path(name)).is_dir():
        return f"{name}@{getattr(model.config, '_commit_hash', None) or model.num_parameters()}"
    digest = sha256()
    for file in sorted(folder.glob("*.json")) + sorted(folder.glob("*.safetensors")):
        with file.open("rb") as opened:
            digest.update(f"{file.name} {file_digest(opened, 'sha256').hexdigest()} ".encode())
    return f"{folder.name}@{digest.hexdigest()[:12]}"


def _grey() -> "Image.Image":
    from PIL import Image

    return Image.new("RGB", (64, 64), "grey")
