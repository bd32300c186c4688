"""The registry of checkpoints: what is in it is complete, and names lead somewhere or say what to do."""

import pytest

from translation.checkpoints import Checkpoint, ModelError, checkpoints, get_checkpoint
from translation.languages import UNKNOWN, languages

EACH = pytest.mark.parametrize("checkpoint", checkpoints().values(), ids=lambda one: one.name)


def test_it_holds_what_the_documentation_promises() -> None:
    ids = {one.id for one in checkpoints().values()}
    assert {"alirezamsh/small100", "facebook/m2m100_418M", "facebook/m2m100_1.2B", "google/madlad400-3b-mt"} < ids
    assert {"Helsinki-NLP/opus-mt-mul-en", "facebook/nllb-200-distilled-600M"} < ids
    assert any("opus-mt-tc-big" in name for name in ids)


@EACH
def test_codes_are_for_tags_that_there_are(checkpoint: Checkpoint) -> None:
    assert set(checkpoint.codes or {}) <= set(languages())
    assert checkpoint.family.needs_source <= (checkpoint.codes is not None)


@EACH
def test_it_can_be_tested(checkpoint: Checkpoint) -> None:
    assert len(checkpoint.self_test) >= 3
    for tag, sentence, words in checkpoint.self_test:
        assert checkpoint.find_code(tag)
        assert sentence
        assert words


@EACH
def test_only_a_licence_against_commercial_use_needs_accepting(checkpoint: Checkpoint) -> None:
    assert bool(checkpoint.notice) == ("NC" in checkpoint.licence)


def test_codes_exist_in_the_vocabularies() -> None:
    pytest.importorskip("transformers", reason="needs the extra `checkpoints`")
    from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES as M2M100
    from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as FLORES

    assert set((get_checkpoint("m2m100-418m").codes or {}).values()) <= set(M2M100["m2m100"])
    assert set((get_checkpoint("nllb200-600m").codes or {}).values()) <= set(FLORES)


def test_a_script_of_its_own_falls_back_on_the_language() -> None:
    nllb = get_checkpoint("nllb200-600m")
    assert nllb.find_code("zh-Hant") == "zho_Hant"
    assert nllb.find_code("zh-Hans") == "zho_Hans"
    assert nllb.find_code("hi-Latn") == "hin_Deva"
    assert nllb.find_code("br") is None
    assert get_checkpoint("m2m100-418m").find_code("nn") == "no"
    assert get_checkpoint("m2m100-418m").find_code(UNKNOWN) is None


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(ModelError, match=r"no model 'm2m'; there are small100, m2m100-418m"):
        get_checkpoint("m2m")
