"""What TRL's trainers are given: they load it with `datasets` as it is, and take a step on it."""

import copy
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from export_world import World, new_world

from feedback.records import Label
from feedback.store import Store

os.environ["HF_HUB_OFFLINE"] = "1"
TEMPLATE = (
    "{% for m in messages %}{{ m['role'] }}: {% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<image>{% else %}{{ c['text'] }}{% endif %}{% endfor %}</s>{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
TARGETS = ("trl_dpo", "trl_reward", "trl_kto", "trl_kto_vision")
GOOD = Label(aspect="lighting", polarity="positive", strength=3, targets=("A",), attributes=("soft",))
BAD = Label(aspect="anatomy", polarity="negative", targets=("B",), attributes=("extra_parts",), value="fingers")
OVERALL = Label(aspect="overall", polarity="positive")


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> World:
    world = await new_world(store, tmp_path)
    await world.say("ana", 0, "A, das Licht!", GOOD, BAD, choice="A", click="A", language="de")
    await world.say("bob", 0, "nothing to add", click="A")
    await world.say("cid", 0, "same", GOOD, click="tie")
    await world.say("dan", 1, "C", choice="C")
    await world.say("eve", 0, "A? no: B", choice="A", click="B", click_unseeing=True)  # a conflict
    await world.say("fay", 2, "lovely", OVERALL, Label(aspect="color", polarity="negative"))
    await world.say("gus", 2, "hands!", Label(aspect="anatomy", polarity="negative"))
    await world.say("hal", 2, "well", GOOD, Label(aspect="anatomy", polarity="negative"))  # neither up nor down
    await world.export(*TARGETS)
    return world


async def test_the_judge_answers_with_letter_and_reason(world: World) -> None:
    rows = world.rows("trl_dpo")
    assert len(rows) == 2 + 2  # two pairs that were decided, and one set of three
    for row in rows:
        parts = [part for message in row["prompt"] for part in message["content"]]
        assert [part["type"] for part in parts] == ["image"] * len(row["images"]) + ["text"]
        assert not any(part["type"] == "image" for side in ("chosen", "rejected") for part in row[side][0]["content"])
    texts = [(said(row["chosen"]), said(row["rejected"])) for row in rows]
    reason = "The first picture is nicer"
    assert (f"A is better. {reason}", f"B is better. {reason}") in texts
    assert sorted(one for one in texts if "best" in one[0]) == [
        (f"C is the best. {reason}", f"A is the best. {reason}"),
        (f"C is the best. {reason}", f"B is the best. {reason}"),
    ]
    assert rows[0]["images"][0]["bytes"] == world.media.read(world.comparisons[0].images[0].sha256)


async def test_remarks_are_compared_and_margins_are_never_null(world: World) -> None:
    rows = world.rows("trl_reward")
    assert [(row["chosen"], row["rejected"], row["margin"]) for row in rows] == [
        ("very good lighting (soft)", "bad anatomy (extra parts, fingers)", 1.0)
    ]
    assert rows[0]["prompt"] == "Images were to show: prompt 0\nRemarks:\n"


async def test_thumbs_come_from_the_whole_or_from_agreement(world: World) -> None:
    for name in ("trl_kto", "trl_kto_vision"):
        assert sorted(row["label"] for row in world.rows(name)) == [False, True]
    assert {len(row["images"]) for row in world.rows("trl_kto_vision")} == {1}


def said(messages: list[dict[str, Any]]) -> str:
    ((message,),) = ([message["content"] for message in messages],)
    return str(message[0]["text"])


@pytest.fixture(scope="module")
def tiny() -> Any:
    """A model that sees, one that scores and one that writes, all with random weights, and what they read with."""
    pytest.importorskip("trl")
    try:
        import torchvision  # noqa: F401
    except Exception:  # not built for this torch: transformers does without, if it believes that there is none
        sys.modules["torchvision"] = None  # type: ignore[assignment]
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlamaConfig,
        LlamaForCausalLM,
        LlamaForSequenceClassification,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
        PreTrainedTokenizerFast,
    )

    words = ["<pad>", "<s>", "</s>", "<image>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    bytes_only = Tokenizer(models.BPE(vocab={word: number for number, word in enumerate(words)}, merges=[]))
    bytes_only.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bytes_only,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        extra_special_tokens={"image_token": "<image>"},
        chat_template=TEMPLATE,
    )
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessor(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16}),
        tokenizer=tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    small = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    text = LlamaConfig(vocab_size=len(words), num_hidden_layers=1, num_key_value_heads=2, pad_token_id=0, **small)
    sight = CLIPVisionConfig(image_size=16, patch_size=8, num_hidden_layers=2, **small)
    seeing = LlavaForConditionalGeneration(LlavaConfig(vision_config=sight, text_config=text, image_token_id=3))
    scoring = LlamaForSequenceClassification(LlamaConfig(**{**text.to_dict(), "id2label": {0: "reward"}}))
    return processor, tokenizer, seeing, scoring, LlamaForCausalLM(text)


@pytest.mark.filterwarnings("ignore")  # transformers about itself
async def test_trl_takes_a_step_on_each(world: World, tiny: Any, tmp_path: Path) -> None:
    import datasets
    from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, RewardConfig, RewardTrainer

    processor, tokenizer, seeing, scoring, writing = tiny
    datasets.disable_progress_bars()
    arguments = {
        "output_dir": str(tmp_path / "trained"),
        "max_steps": 1,
        "per_device_train_batch_size": 2,
        "report_to": "none",
        "use_cpu": True,
        "bf16": False,
        "save_strategy": "no",
        "disable_tqdm": True,
    }

    def step(name: str, trainer: type, config: type, model: Any, reader: Any, reference: bool = True) -> float:
        loaded = datasets.load_dataset(str(world.folder), name, cache_dir=str(tmp_path / "cache"))
        rows = datasets.concatenate_datasets(list(loaded.values()))
        more = {"ref_model": copy.deepcopy(model)} if reference else {}
        cut = {"max_length": None} if reader is processor else {}
        ready = trainer(
            model=model, args=config(**arguments, **cut), train_dataset=rows, processing_class=reader, **more
        )
        return float(ready.train().training_loss)

    # With a reference equal to the model, DPO starts at log 2 and KTO at 1/2: nothing is preferred yet.
    assert step("trl_dpo", DPOTrainer, DPOConfig, seeing, processor) == pytest.approx(0.6931, abs=1e-3)
    assert step("trl_reward", RewardTrainer, RewardConfig, scoring, tokenizer, reference=False) > 0
    assert step("trl_kto", KTOTrainer, KTOConfig, writing, tokenizer) == pytest.approx(0.5, abs=0.01)
    assert step("trl_kto_vision", KTOTrainer, KTOConfig, seeing, processor) == pytest.approx(0.5, abs=0.1)
