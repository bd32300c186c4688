"""Image encoders as features: tiny random ones, saved to a folder and loaded by its name."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from feedback.reward.encoders import NoEncoder
from feedback.reward.features import load_features
from feedback.reward.pictures import features_of

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
SMALL = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}
IMAGES = {"image_size": 32, "patch_size": 8, **SMALL}


def _clip():
    text = {"vocab_size": 50, "max_position_embeddings": 8, **SMALL}
    return transformers.CLIPModel(transformers.CLIPConfig(text_config=text, vision_config=IMAGES, projection_dim=12))


def _siglip():
    text = {"vocab_size": 50, "max_position_embeddings": 8, **SMALL}
    return transformers.SiglipModel(transformers.SiglipConfig(text_config=text, vision_config=IMAGES))


def _dinov2():
    return transformers.Dinov2Model(transformers.Dinov2Config(**IMAGES))


def _by_hand(model, pixels):
    """What the model's documentation calls the embedding of an image."""
    if hasattr(model, "visual_projection"):
        return model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)
    if hasattr(model, "vision_model"):
        return model.vision_model(pixel_values=pixels).pooler_output
    return model(pixel_values=pixels).last_hidden_state[:, 0]


@pytest.mark.parametrize(("make", "size"), [(_clip, 12), (_siglip, 16), (_dinov2, 16)])
def test_an_encoder_gives_the_models_own_pooled_embedding(make, size: int, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = make().eval()
    processor = transformers.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    image = Image.effect_mandelbrot((48, 40), (-2, -1.5, 1, 1.5), 50).convert("RGB")
    features = load_features(str(tmp_path))
    with torch.inference_mode():
        pixels = processor(images=image, return_tensors="pt")["pixel_values"]
        wanted = torch.nn.functional.normalize(_by_hand(model, pixels))[0].numpy()
    vector = features.of(image)
    assert features.names == ("",) * size
    assert features.signature.startswith(f"encoder:{tmp_path.name}@")
    assert vector.dtype == np.float32
    np.testing.assert_allclose(vector, wanted, atol=1e-5)


@pytest.mark.parametrize("crops", [True, False])
def test_images_go_through_in_batches_whatever_their_sizes(crops: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    _dinov2().save_pretrained(tmp_path)
    transformers.CLIPImageProcessor(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}, do_center_crop=crops
    ).save_pretrained(tmp_path)
    image = Image.effect_mandelbrot((96, 48), (-2, -1.5, 1, 1.5), 50).convert("RGB")
    images = [image.resize((width, 48)) for width in (96, 48, 72, 96, 56, 80, 64, 88, 50, 60)]
    features = load_features(str(tmp_path))
    together = features_of(images, features)
    assert len(images) > features.batch
    np.testing.assert_allclose(together, [features.of(image) for image in images], atol=1e-5)
    assert np.abs(together[0] - together[1]).max() > 1e-3


def test_a_folder_that_is_no_encoder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoEncoder, match=r'config\.json.*"descriptor"'):
        load_features(str(tmp_path))


def test_a_model_of_text_is_refused(tmp_path: Path) -> None:
    config = transformers.BertConfig(vocab_size=50, max_position_embeddings=8, **SMALL)
    transformers.BertModel(config).save_pretrained(tmp_path)
    transformers.CLIPImageProcessor().save_pretrained(tmp_path)
    with pytest.raises(NoEncoder, match="does not take images"):
        load_features(str(tmp_path))
