"""Each family on CTranslate2 against transformers' own tokenizers and `generate` over the same weights."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from translation.bundled import Encoded, Schema
from translation.checkpoints import ModelError, checkpoints
from translation.ctranslate import GUESSES, REFUSED, CheckpointDecoder, self_test
from translation.languages import UNKNOWN
from translation.parts import Part
from translation.quality import gate, judge

torch = pytest.importorskip("torch", reason="needs the extra `checkpoints`")
pytest.importorskip("ctranslate2", reason="needs the extra `checkpoints`")

if TYPE_CHECKING:
    from tiny import Tiny

FAMILIES = ["m2m100-418m", "small100", "nllb200-600m", "opus-mul-en", "madlad400-3b"]
TOKENIZED = [name for name in FAMILIES if name != "madlad400-3b"]  # its sentencepiece model is its tokenizer
ODD = ["La luz es suave", "手が怖い", "12 manos, ¿no?", "two   spaces", "x", "😬 ok"]
EACH = pytest.mark.parametrize("name", FAMILIES)


def sentences(name: str) -> tuple[list[str], list[str]]:
    """Sentences of the self-test, and the codes of their languages."""
    one = checkpoints()[name]
    return [text for _, text, _ in one.self_test], [one.find_code(tag) or "" for tag, _, _ in one.self_test]


def generate(one: "Tiny", tag: str, text: str, beams: int) -> tuple[str, float]:
    """What transformers writes, and the mean log-probability of its tokens, the end included."""
    from tiny import source

    forced = len(one.checkpoint.family.forced) > 0
    begin = {"forced_bos_token_id": one.tokenizer.convert_tokens_to_ids(one.checkpoint.family.forced)} if forced else {}
    ids = torch.tensor([source(one.checkpoint, one.tokenizer, tag, text)])
    written = one.model.generate(ids, num_beams=beams, max_new_tokens=40, do_sample=False, **begin)[0]
    with torch.no_grad():
        logits = one.model(input_ids=ids, decoder_input_ids=written[None, :-1]).logits[0]
    each = torch.log_softmax(logits, -1).gather(1, written[1:, None])[forced:]
    ours = written[1 + forced :].tolist()
    skip = {one.model.config.eos_token_id, one.model.config.pad_token_id}
    return one.tokenizer.decode([number for number in ours if number not in skip]).strip(), float(each.mean())


@pytest.mark.parametrize("name", TOKENIZED)
def test_messages_are_spelled_as_transformers_spells_them(
    name: str, tiny: "Callable[[str], Tiny]", converted: Callable[[str, str], CheckpointDecoder]
) -> None:
    from tiny import source

    one, wording = tiny(name), converted(name, "float32")._wording
    for text in [*ODD, *sentences(name)[0]]:
        ours = wording.source(text, one.checkpoint.find_code("es") or "")
        assert one.tokenizer.convert_tokens_to_ids(ours) == source(one.checkpoint, one.tokenizer, "es", text), text


@EACH
@pytest.mark.parametrize("beams", [1, 4])
def test_float32_writes_what_transformers_writes_and_is_as_sure(
    name: str, beams: int, tiny: "Callable[[str], Tiny]", converted: Callable[[str, str], CheckpointDecoder]
) -> None:
    one = tiny(name)
    ours = converted(name, "float32").write(*sentences(name), beam=beams)
    for (tag, text, _), found in zip(one.checkpoint.self_test, ours, strict=True):
        expected, mean = generate(one, tag, text, beams)
        assert found.text == expected
        assert found.log_probability == pytest.approx(mean, abs=1e-3)


@EACH
def test_a_wider_search_is_never_less_sure(name: str, converted: Callable[[str, str], CheckpointDecoder]) -> None:
    """CTranslate2 stops as soon as enough hypotheses have ended, and a short one wins over the whole sentence."""
    decoder, (texts, codes) = converted(name, "float32"), sentences(name)
    for narrow, wide in zip(decoder.write(texts, codes, beam=1), decoder.write(texts, codes, beam=4), strict=True):
        assert wide.log_probability >= narrow.log_probability - 1e-3


@EACH
def test_int8_says_the_same_nearly_as_surely(name: str, converted: Callable[[str, str], CheckpointDecoder]) -> None:
    exact, small = (converted(name, kind).write(*sentences(name)) for kind in ("float32", "int8"))
    assert [one.text for one in small] == [one.text for one in exact]
    assert all(abs(a.log_probability - b.log_probability) < 0.3 for a, b in zip(exact, small, strict=True))
    assert self_test(converted(name, "int8")) == []


@EACH
def test_company_and_threads_change_nothing(name: str, converted: Callable[[str, str], CheckpointDecoder]) -> None:
    """The source language is no state that one message could leave behind for another."""
    decoder, (texts, codes) = converted(name, "float32"), sentences(name)
    texts, codes = [*texts, *ODD], [*codes, *codes, *codes]
    alone = [decoder.write([text], [code])[0] for text, code in zip(texts, codes, strict=True)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: decoder.write(texts, codes), range(4)))
    for found in together:
        assert [one.text for one in found] == [one.text for one in alone]
        assert [one.log_probability for one in found] == pytest.approx([one.log_probability for one in alone], abs=1e-3)


def test_the_source_language_is_told_per_message(converted: Callable[[str, str], CheckpointDecoder]) -> None:
    decoder = converted("m2m100-418m", "float32")
    assert decoder._wording.source("x", "es")[0] == "__es__"
    assert decoder._wording.source("x", "ru")[0] == "__ru__"
    assert converted("small100", "float32")._wording.source("x", "es")[0] == "__en__"
    assert converted("small100", "float32")._wording.forced == []


def test_no_translation_outgrows_its_cap(converted: Callable[[str, str], CheckpointDecoder]) -> None:
    decoder = converted("opus-mul-en", "float32")
    for text in ("x", "La casa " * 3, "手" * 60):
        length = len(decoder._wording.source(text, ""))
        (found,) = decoder.write([text], [""])
        assert len(decoder._wording._target.encode(found.text)) <= 2 * (length + 8) + 12


def part(text: str, language: str, likely: Sequence[str] = ()) -> Part:
    """A whole message, of which only the text and its languages matter."""
    names = (UNKNOWN, "es", "de", "ru", "br", "eu", "fo")
    chances = np.array([0.9 / (1 + likely.index(tag)) if tag in likely else 0.001 for tag in names], np.float32)
    none: Any = np.zeros(0, np.float32)
    schema = Schema(names, (), (), (), (), {})
    fields = dict.fromkeys((name for name in Encoded.__dataclass_fields__), none)
    return Part(Encoded(**fields | {"text": text, "schema": schema, "language": chances}), 0, len(text), language)


def test_a_language_that_it_lacks_is_refused_and_never_guessed(
    converted: Callable[[str, str], CheckpointDecoder],
) -> None:
    decoder = converted("nllb200-600m", "float32")
    found = decoder.hypotheses([part("Ar gador", "br"), part("la casa es blanca", "es")])
    assert found[0] == REFUSED
    assert judge("Ar gador", found[0]) == 0
    assert found[1].text == "the house is white."


def test_where_nobody_knows_the_language_the_surest_answer_wins(
    converted: Callable[[str, str], CheckpointDecoder],
) -> None:
    decoder = converted("m2m100-418m", "float32")
    text, code = "Das Wasser ist kalt.", "de"
    message = part(text, UNKNOWN, [UNKNOWN, "ru", "fo", "es", "de"])
    assert decoder._codes(message) == ["ru", "es", "de"]  # it has no Faroese
    (found,) = decoder.hypotheses([message])
    tried = decoder.write([text] * GUESSES, ["ru", "es", code])
    assert found.log_probability == pytest.approx(max(one.log_probability for one in tried))
    assert converted("small100", "float32")._codes(message) == [UNKNOWN]  # needs no source


def test_a_message_cannot_choose_another_target_language(
    converted: Callable[[str, str], CheckpointDecoder],
) -> None:
    tokens = converted("madlad400-3b", "float32")._wording.source("<2de> hallo", "")
    assert tokens[1] == "<2en>"
    assert "<2de>" not in tokens


@pytest.mark.parametrize("scaled", [False, True])
def test_outputs_of_t5_are_scaled_as_the_checkpoint_means_it(scaled: bool, tmp_path: Any) -> None:
    """CTranslate2's own conversion reads a flag that transformers 5 always sets: MADLAD comes out too flat."""
    from ctranslate2.converters.transformers import TransformersConverter
    from tiny import build

    from translation.converting import convert, vocabulary

    one = build(checkpoints()["madlad400-3b"], tmp_path / "repository", scaled=scaled)
    convert(one.checkpoint, one.repository, tmp_path / "ours", "float32")
    words = vocabulary(one.checkpoint, one.repository)
    stock = type("Stock", (TransformersConverter,), {"load_tokenizer": lambda *_, **__: words})
    stock(str(one.repository)).convert(str(tmp_path / "stock"), force=True)
    for file in one.checkpoint.family.kept:
        (tmp_path / "stock" / file).write_bytes((one.repository / file).read_bytes())
    tag, text, _ = one.checkpoint.self_test[0]
    expected, mean = generate(one, tag, text, 1)
    errors = {}
    for kind in ("ours", "stock"):
        decoder = CheckpointDecoder(one.checkpoint, tmp_path / kind, version="test", threads=1)
        (found,) = decoder.write([text], [tag], beam=1)
        errors[kind] = abs(found.log_probability - mean)
        assert kind == "stock" or found.text == expected
    assert errors["ours"] < 1e-3
    assert scaled or errors["stock"] > 0.3


def test_a_vocabulary_without_its_languages_is_not_converted(tiny: "Callable[[str], Tiny]", tmp_path: Any) -> None:
    import json
    import shutil

    from translation.converting import convert

    one = tiny("nllb200-600m")
    shutil.copytree(one.repository, tmp_path / "copy")
    table = json.loads((tmp_path / "copy" / "tokenizer.json").read_text())
    table["added_tokens"] = [row for row in table["added_tokens"] if row["content"] != "spa_Latn"]
    (tmp_path / "copy" / "tokenizer.json").write_text(json.dumps(table))
    with pytest.raises(ModelError, match="lacks spa_Latn"):
        convert(one.checkpoint, tmp_path / "copy", tmp_path / "out")


def test_the_unfitted_gate_is_cautious() -> None:
    from translation.ctranslate import DEFAULT_GATE
    from translation.decoding import Hypothesis

    fitted = gate(DEFAULT_GATE)
    source, english = "La luz es suave", "The light is soft"
    sure = [judge(source, Hypothesis(english, mean), fitted) for mean in (-0.1, -0.4, -0.7, -2.0)]
    assert sure == sorted(sure, reverse=True)
    assert sure[1] >= fitted.threshold > sure[2]
    assert judge(source, Hypothesis("the light the light the light the light", -0.1), fitted) < fitted.threshold
    assert judge(source, Hypothesis(english, -math.inf), fitted) < 1e-6
