"""A trained reward in use: scores, reasons, tastes of new people, and as trainers call it."""

import ast
import inspect
import shutil
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from crowd import Painting
from PIL import Image

from feedback.errors import Conflict, NotFound
from feedback.reward.adapters import ddpo_reward, trl_reward
from feedback.reward.model import Reward
from feedback.reward.taste import Taste


@pytest.fixture(scope="module")
def reward(trained: Path) -> Reward:
    return Reward.load(trained)


def opened(painting: Painting) -> Image.Image:
    return Image.open(BytesIO(painting.data))


def test_reasons_add_up_to_the_score(reward: Reward, paintings: list[Painting]) -> None:
    image = opened(paintings[0])
    for annotator in (None, "person-00"):
        why = reward.why(image, annotator)
        assert sum(why.values()) == pytest.approx(float(reward([image], annotator)[0]), abs=1e-9)
        assert set(why) == {"lighting", "overall", "unnamed"}  # nobody spoke of anything else
        assert [abs(part) for part in why.values()] == sorted((abs(part) for part in why.values()), reverse=True)


def test_people_differ_in_what_they_differ_in(reward: Reward, paintings: list[Painting]) -> None:
    images, reds = [opened(one) for one in paintings], [one.red for one in paintings]
    scores = reward.scores(images)
    of = {name: scores @ reward.taste_of(name)[: scores.shape[1]] for name in ("person-00", "person-01")}
    assert np.corrcoef(of["person-00"] - of["person-01"], reds)[0, 1] > 0.7
    assert np.corrcoef(of["person-00"] + of["person-01"], [one.light for one in paintings])[0, 1] > 0.5


def test_five_liked_images_and_nothing_else(reward: Reward, paintings: list[Painting]) -> None:
    by_red = sorted(paintings, key=lambda one: one.red)
    rest = by_red[5:-5]
    reds = [one.red for one in rest]
    blue = reward.taste_for([one.data for one in by_red[:5]])
    red = reward.taste_for([one.data for one in by_red[-5:]])
    scores = reward.scores([one.data for one in rest])
    gap = scores @ (red.mean - blue.mean)[: scores.shape[1]]
    assert np.corrcoef(gap, reds)[0, 1] > 0.6
    assert reward.taste_for([]) is reward.population


def test_images_in_every_form_score_alike(reward: Reward, paintings: list[Painting], tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    file = tmp_path / "one.png"
    file.write_bytes(paintings[0].data)
    pixels = np.asarray(opened(paintings[0]))
    tensor = torch.tensor(pixels).permute(2, 0, 1)[None].float() / 255
    forms = [str(file), paintings[0].data, opened(paintings[0]), pixels, pixels[None], tensor, tensor[0], [file]]
    assert [float(reward(form)[0]) for form in forms] == pytest.approx([float(reward(file)[0])] * len(forms))
    assert reward([]).shape == (0,)
    with pytest.raises(ValueError, match="is no image"):
        reward(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="int is no image"):
        reward(7)


def test_loading_gives_what_was_saved(reward: Reward, trained: Path, tmp_path: Path) -> None:
    reward.save(tmp_path)
    for name in ("model.safetensors", "model.json"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()
    assert "curves.png" not in (tmp_path / "README.md").read_text("utf-8")  # which is not in the new folder


def test_who_is_forgotten_is_gone(reward: Reward, trained: Path, tmp_path: Path) -> None:
    taste = reward.taste_of("person-03").tobytes()  # others who answered alike have the same
    reward.without("person-03").save(tmp_path)
    left = Reward.load(tmp_path)
    with pytest.raises(NotFound, match="person-03"):
        left.taste_of("person-03")
    assert len(left.tastes) == len(reward.tastes) - 1
    before, after = ((folder / "model.safetensors").read_bytes() for folder in (trained, tmp_path))
    assert after.count(taste) == before.count(taste) - 1
    for name in ("model.json", "README.md"):
        assert "person-04" in (tmp_path / name).read_text("utf-8")
        assert "person-03" not in (tmp_path / name).read_text("utf-8")
    assert (left.taste_of("person-04") == reward.taste_of("person-04")).all()


def test_other_features_than_it_was_trained_on_are_refused(trained: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(trained, tmp_path / "old"))
    facts = (folder / "model.json").read_text("utf-8")
    (folder / "model.json").write_text(
        facts.replace('"signature": "descriptor:', '"signature": "descriptor:0'), "utf-8"
    )
    with pytest.raises(Conflict, match="train it again"):
        Reward.load(folder)


def test_as_grpo_calls_it(reward: Reward, paintings: list[Painting]) -> None:
    """The call of trl's GRPOTrainer: prompts, completions, completion_ids, every column, trainer_state."""
    images = [opened(one) for one in paintings[:2]]
    function = trl_reward(reward)
    said = [[{"role": "assistant", "content": [{"type": "image", "image": image}]}] for image in images]
    columns = {"completion_ids": [[1], [2], [3]], "trainer_state": None, "campaign": ["a", "b", "c"]}
    told = function(prompts=["x"] * 3, completions=[*said, [{"role": "assistant", "content": "words"}]], **columns)
    assert told[:2] == pytest.approx(reward(images).tolist())
    assert told[2] is None
    assert all(type(score) is float for score in told[:2])
    rendered = trl_reward(reward, image_of=lambda text: Image.new("RGB", (64, 64), text))
    red, blue = rendered(prompts=["", ""], completions=["#c06040", "#4060c0"])
    assert [red, blue] == pytest.approx(
        [float(reward(Image.new("RGB", (64, 64), c))[0]) for c in ("#c06040", "#4060c0")]
    )


def test_trl_calls_it_with_these_names(reward: Reward) -> None:
    """The call is looked up in trl's source: importing its trainer takes longer than all of these tests."""
    found = find_spec("trl")
    if found is None or found.origin is None:
        pytest.skip("trl is not installed")
    source = (Path(found.origin).parent / "trainer" / "grpo_trainer.py").read_text("utf-8")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    ours = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "reward_func"]
    (names,) = [
        {word.arg for word in call.keywords}
        for call in ours
        if any(word.arg == "completions" for word in call.keywords)
    ]
    assert {"prompts", "completions", None} <= names  # None: ** with the dataset's columns
    function = trl_reward(reward, image_of=lambda text: Image.new("RGB", (64, 64), text))
    told = function(**{str(name): ["navy"] for name in names - {None}}, trainer_state=None, source=["a"])
    assert len(told) == 1
    assert function.__name__ == "opine_reward"  # trl names its curves so
    assert not inspect.iscoroutinefunction(function)


def test_as_ddpo_calls_it(reward: Reward, paintings: list[Painting]) -> None:
    torch = pytest.importorskip("torch")
    arrays = np.stack([np.asarray(opened(one)) for one in paintings[:3]])
    batch = torch.tensor(arrays).permute(0, 3, 1, 2).float() / 255
    rewards, more = ddpo_reward(reward, "person-00")(batch, ["a"] * 3, [{}] * 3)
    assert torch.as_tensor(rewards).shape == (3,)
    assert rewards == pytest.approx(reward([one.data for one in paintings[:3]], "person-00"), abs=1e-6)
    assert more == {}


def test_a_taste_can_be_given_in_place_of_an_annotator(reward: Reward, paintings: list[Painting]) -> None:
    nothing = Taste(reward.population.mean * 0, reward.population.covariance)
    assert reward([one.data for one in paintings[:2]], taste=nothing) == pytest.approx([0, 0])
    with pytest.raises(ValueError, match="not both"):
        reward(paintings[0].data, "person-00", taste=nothing)


def test_one_liked_image_needs_no_list(reward: Reward, paintings: list[Painting]) -> None:
    one, listed = reward.taste_for(paintings[0].data), reward.taste_for([paintings[0].data])
    assert one.mean == pytest.approx(listed.mean)
    assert reward.taste_for([]).mean == pytest.approx(reward.population.mean)


def test_tensors_of_whole_numbers_are_no_floats(reward: Reward, paintings: list[Painting]) -> None:
    torch = pytest.importorskip("torch")
    pixels = np.stack([np.asarray(opened(one)) for one in paintings[:2]])
    told = reward([one.data for one in paintings[:2]])
    for tensor in (torch.tensor(pixels), torch.tensor(pixels).permute(0, 3, 1, 2)):
        assert tensor.dtype == torch.uint8
        assert reward(tensor) == pytest.approx(told, abs=1e-6)


def test_an_image_of_nothing_but_nan_has_no_score(reward: Reward) -> None:
    with pytest.raises(ValueError, match="not finite"):
        reward(np.full((1, 64, 64, 3), np.nan))


def test_an_opened_image_is_seen_as_its_file(reward: Reward, tmp_path: Path) -> None:
    pixels = np.zeros((80, 80, 4), np.uint8)
    pixels[20:60, 20:60] = (200, 60, 40, 255)  # on nothing, which people see as white
    path = tmp_path / "clear.png"
    Image.fromarray(pixels).save(path)
    with Image.open(path) as opened_image:
        assert reward(opened_image) == pytest.approx(reward(path))


@pytest.mark.parametrize(("pixels", "says"), [(np.full((9, 9, 3), 200.0), "0 to 1"), (np.full((9, 9, 3), 300), "255")])
def test_numbers_that_are_no_pixels_are_refused(reward: Reward, pixels: np.ndarray, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        reward(pixels)


def test_somebody_unknown_is_told_before_anything_is_generated(reward: Reward) -> None:
    for made in (trl_reward, ddpo_reward):
        with pytest.raises(NotFound, match="nobody"):
            made(reward, "nobody")
    assert trl_reward(reward, "person-00").__name__ != trl_reward(reward, "person-01").__name__


def test_blocks_that_are_words_hold_no_image(reward: Reward) -> None:
    blocks = [{"role": "assistant", "content": ["words", {"type": "text", "text": "more"}]}]
    assert trl_reward(reward)([""], [blocks]) == [None]
