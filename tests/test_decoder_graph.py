"""The decoder's two graphs against the torch decoder they were made from, on a small random one made here."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from translation.decoding import HEADS, LAYERS, SIZE, EnglishDecoder, Search, stack

torch = pytest.importorskip("torch", reason="needs the extra `train`")
onnx = pytest.importorskip("onnx", reason="needs the extra `train`")
pytest.importorskip("safetensors", reason="needs the extra `train`")

from translation.training.decoder_graph import CANDIDATES, memory_graph, step_graph  # noqa: E402
from translation.training.decoder_model import END, MEMORY, START, Decoder, batch, loss_of, sampled_loss  # noqa: E402
from translation.training.export_decoder import calibrated, write_pieces  # noqa: E402

VOCABULARY = 300
LENGTHS = (5, 9, 17)  # tokens of the messages


@pytest.fixture(scope="module")
def model() -> Decoder:
    torch.manual_seed(3)
    model = Decoder(VOCABULARY).eval().requires_grad_(False)
    model.position.normal_(std=0.3)  # it begins as zeros, and so does what the bridge adds
    for part in (model.bridge.own.out, model.bridge.down):
        part.reset_parameters()
    return model


@pytest.fixture(scope="module")
def memories() -> list[np.ndarray]:
    draw = np.random.default_rng(5)
    return [draw.normal(size=(length, MEMORY)).astype(np.float32) for length in LENGTHS]


def exported(model: Decoder, folder: Path, scales: dict[str, float] | None) -> EnglishDecoder:
    tensors = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    onnx.save(memory_graph(tensors, scales), folder / "decoder_memory.onnx")
    onnx.save(step_graph(tensors, scales), folder / "decoder.onnx")
    write_pieces([b"", *(f" {number}".encode() for number in range(1, VOCABULARY))], folder / "english.pieces")
    return EnglishDecoder(folder)


@pytest.fixture(scope="module")
def exact(model: Decoder, tmp_path_factory: pytest.TempPathFactory) -> EnglishDecoder:
    return exported(model, tmp_path_factory.mktemp("exact"), scales=None)


@pytest.fixture(scope="module")
def whole_numbers(
    model: Decoder, memories: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory
) -> EnglishDecoder:
    draw = np.random.default_rng(1)
    targets = [draw.integers(2, VOCABULARY, length).tolist() for length in LENGTHS]
    scales = calibrated(copy_of(model), [memory.astype(np.float16) for memory in memories], targets)
    return exported(model, tmp_path_factory.mktemp("int8"), scales)


def copy_of(model: Decoder) -> Decoder:
    """Hooks that calibrate stay on the copy."""
    copy = Decoder(VOCABULARY).eval()
    copy.load_state_dict(model.state_dict())
    return copy


def forced(decoder: EnglishDecoder, memories: list[np.ndarray], rows: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """Log-probabilities and tokens that the graphs offer at each place while they are told what stands before it."""
    memory, mask = stack(memories)
    names = [output.name for output in decoder._memory.get_outputs()]
    fixed = dict(zip(names, decoder._memory.run(names, {"memory": memory, "mask": mask}), strict=True))
    own = {f"own_value_{n}": np.zeros((1, HEADS, 0, SIZE), np.float32) for n in range(LAYERS)}
    own |= {f"own_key_{n}": np.zeros((1, HEADS, SIZE, 0), np.float32) for n in range(LAYERS)}
    for position, token in enumerate(rows.T):
        parent = np.arange(len(memories)) if position else np.zeros(len(memories), np.int64)
        given = {"token": token, "parent": parent, "position": np.array([position])}
        outputs = [output.name for output in decoder._step.get_outputs()]
        found = dict(zip(outputs, decoder._step.run(outputs, {**given, "mask": mask, **fixed, **own}), strict=True))
        own = {name.replace("new", "own"): value for name, value in found.items() if name.startswith("new")}
        yield found["log_probability"], found["next"]


def test_the_float_graphs_say_what_torch_says(
    model: Decoder, exact: EnglishDecoder, memories: list[np.ndarray]
) -> None:
    rows = np.random.default_rng(2).integers(2, VOCABULARY, (len(memories), 12))
    rows[:, 0] = START
    memory, mask = stack(memories)
    with torch.inference_mode():
        logits = model(torch.from_numpy(rows), torch.from_numpy(memory), torch.from_numpy(mask[:, 0, 0] == 0))
    expected = torch.log_softmax(logits, -1).numpy()
    for position, (log_probability, tokens) in enumerate(forced(exact, memories, rows)):
        assert tokens.shape == (len(memories), CANDIDATES)
        for row in range(len(memories)):
            there = expected[row, position]
            np.testing.assert_allclose(log_probability[row], np.sort(there)[::-1][:CANDIDATES], atol=2e-4)
            np.testing.assert_allclose(there[tokens[row]], log_probability[row], atol=2e-4)


def test_whole_numbers_stay_close(
    exact: EnglishDecoder, whole_numbers: EnglishDecoder, memories: list[np.ndarray]
) -> None:
    rows = np.random.default_rng(2).integers(2, VOCABULARY, (len(memories), 12))
    first, second = (
        np.array([offer[0] for offer in forced(decoder, memories, rows)]) for decoder in (exact, whole_numbers)
    )
    assert np.abs(first - second).max() < 0.1 * first.std() + 0.1


@pytest.mark.parametrize("which", ["exact", "whole_numbers"])
@pytest.mark.parametrize("beam", [1, 2, 4])
def test_padding_changes_no_translation(
    which: str, beam: int, memories: list[np.ndarray], request: pytest.FixtureRequest
) -> None:
    decoder: EnglishDecoder = request.getfixturevalue(which)
    together = decoder.translate(memories, beam)
    for memory, hypothesis in zip(memories, together, strict=True):
        (alone,) = decoder.translate([memory], beam)
        assert alone.text == hypothesis.text
        assert alone.log_probability == pytest.approx(hypothesis.log_probability, abs=1e-4)
        assert hypothesis.text


@pytest.mark.parametrize("beam", [1, 4])
def test_a_translation_is_as_likely_as_torch_says(
    model: Decoder, exact: EnglishDecoder, memories: list[np.ndarray], beam: int
) -> None:
    """The search walks the graphs as it should: parents, positions and caches against one whole pass."""
    for memory, hypothesis in zip(memories, exact.translate(memories, beam), strict=True):
        said = [int(word) for word in hypothesis.text.split()]
        ended = len(said) < Search(beam, len(memory)).limit
        after = torch.tensor([*said, END] if ended else said)
        with torch.inference_mode():
            rows = torch.tensor([[START, *said]])[:, : len(after)]
            logits = model(rows, torch.from_numpy(memory)[None], torch.ones(1, len(memory), dtype=torch.bool))
        chosen = logits[0].log_softmax(-1).gather(1, after[:, None])
        assert hypothesis.log_probability == pytest.approx(float(chosen.mean()), abs=2e-4)


def test_a_sample_of_all_pieces_is_the_loss_itself(model: Decoder, memories: list[np.ndarray]) -> None:
    draw = np.random.default_rng(2)
    targets = [draw.integers(2, VOCABULARY, length).tolist() for length in LENGTHS]
    given = batch([memory.astype(np.float16) for memory in memories], targets)
    whole = loss_of(model, *given, smoothing=0.1).item()
    assert sampled_loss(model, *given, smoothing=0.1, negatives=VOCABULARY).item() == pytest.approx(whole, rel=1e-5)
