"""The reward as trainers of image generators call it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from feedback.reward.choices import Floats
from feedback.reward.model import Reward


def trl_reward(
    reward: Reward, annotator: str | None = None, *, image_of: Callable[[Any], Any] | None = None
) -> Callable[..., list[float | None]]:
    """A reward function for TRL's GRPOTrainer: `(prompts, completions, **columns) -> list[float]`.

    `image_of` makes the image of a completion, where a model writes text that is rendered (prompts, SVG, code); without
    it, the last image of the completion is taken. None, "does not apply" to TRL, where there is no image.
    """
    find = image_of or _image_in
    reward.weights_of(annotator)  # somebody unknown is told now, not after a first generation

    def opine_reward(prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float | None]:
        images = [find(completion) for completion in completions]
        scores = iter(reward([image for image in images if image is not None], annotator))
        return [None if image is None else float(next(scores)) for image in images]

    if annotator:
        opine_reward.__name__ += f"_{annotator}"  # TRL keys its metrics by name: those of two people must differ
    return opine_reward


def ddpo_reward(
    reward: Reward, annotator: str | None = None
) -> Callable[[Any, Sequence[str], Any], tuple[Floats, dict[str, Any]]]:
    """A reward function for DDPO loops: `(images, prompts, metadata) -> (rewards (n,), {})`.

    Images are (n, 3, h, w) in 0 to 1, or (n, h, w, 3) in whole numbers; no gradient flows through.
    """

    reward.weights_of(annotator)

    def opine_reward(images: Any, prompts: Sequence[str], metadata: Any = None) -> tuple[Floats, dict[str, Any]]:
        return reward(images, annotator), {}

    return opine_reward


def _image_in(completion: Any) -> Any:
    """A completion that is an image, or the last image in the blocks of a conversation's messages."""
    if isinstance(completion, str):
        return None
    if not isinstance(completion, list | tuple):
        return completion
    contents = [message.get("content") for message in completion if isinstance(message, Mapping)]
    blocks = [block for content in contents if isinstance(content, list) for block in content]
    named = [block for block in blocks if isinstance(block, Mapping) and block.get("type") == "image"]
    images = [block["image"] for block in named if block.get("image") is not None]
    return images[-1] if images else None
