import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from classifier import CanaryError, open_classifier
from classifier.canary import (
    CANARIES,
    TOLERANCE,
    check_canaries,
    measure_agreement,
    read_canaries,
    record_canaries,
)
from tests.classifier import checkpoints


@pytest.fixture
def model(group_norm: Path, tmp_path: Path) -> Path:
    """A model directory with canaries, to write into."""
    folder = tmp_path / "model"
    shutil.copytree(group_norm, folder)
    sounds = [checkpoints.speechlike(seconds, i) for i, seconds in enumerate((0.4, 0.9, 1.2))]
    record_canaries(open_classifier(folder), sounds).save(folder)
    return folder


def test_they_come_back_as_recorded(model: Path) -> None:
    canaries = read_canaries(model)
    assert [len(sound) for sound in canaries.sounds] == [6400, 14400, 19200]
    assert np.array_equal(canaries.sounds[1], checkpoints.speechlike(0.9, 1))
    assert canaries.names[-1] == "no_speech"
    assert canaries.answers[:, :-1].sum(1) == pytest.approx(1)
    before = (model / CANARIES).read_bytes()
    canaries.save(model)
    assert (model / CANARIES).read_bytes() == before


@pytest.mark.parametrize("runtime", ["onnxruntime", "torch"])
def test_the_model_that_was_packed_passes(model: Path, runtime: str) -> None:
    check_canaries(open_classifier(model, runtime=runtime), model)


def test_other_weights_do_not(model: Path) -> None:
    network = checkpoints.build_network(checkpoints.group_norm_config(), seed=2)
    checkpoints.export_graph(network, model / "model.onnx")
    with pytest.raises(CanaryError, match="when it was packed"):
        check_canaries(open_classifier(model, runtime="onnxruntime"), model)


def test_labels_in_another_order_do_not(model: Path) -> None:
    config = json.loads((model / "config.json").read_text())
    names = [config["id2label"][str(i)] for i in range(len(config["id2label"]))]
    config["id2label"] = {str(i): name for i, name in enumerate([*names[1:6], names[0], names[6]])}
    (model / "config.json").write_text(json.dumps(config))
    with pytest.raises(CanaryError, match="when it was packed"):
        check_canaries(open_classifier(model), model)


def test_another_temperature_does_not(model: Path) -> None:
    (model / "vivavoz.json").write_text(json.dumps({"calibration": {"temperature": 0.2}}))
    with pytest.raises(CanaryError, match="when it was packed"):
        check_canaries(open_classifier(model), model)


def test_other_labels_do_not(model: Path) -> None:
    canaries = read_canaries(model)
    names = tuple("bored" if name == "sad" else name for name in canaries.names)
    type(canaries)(canaries.sounds, names, canaries.answers).save(model)
    with pytest.raises(CanaryError, match="bored"):
        check_canaries(open_classifier(model), model)


@pytest.mark.parametrize(("share", "passes"), [(0.9, True), (1.1, False)])
def test_the_tolerance_is_what_it_says(model: Path, share: float, passes: bool) -> None:
    canaries = read_canaries(model)
    canaries.answers[1, 2] += share * TOLERANCE
    canaries.save(model)
    if passes:
        check_canaries(open_classifier(model), model)
    else:
        with pytest.raises(CanaryError, match="canary 1"):
            check_canaries(open_classifier(model), model)


def test_the_same_model_agrees_with_itself(model: Path) -> None:
    agreement = measure_agreement(open_classifier(model), model)
    assert agreement.holds
    assert agreement.difference < 1e-6


@pytest.mark.parametrize(("share", "holds"), [(0.9, True), (1.1, False)])
def test_agreement_is_within_the_tolerance(model: Path, share: float, holds: bool) -> None:
    canaries = read_canaries(model)
    canaries.answers[2, -1] -= share * TOLERANCE
    canaries.save(model)
    agreement = measure_agreement(open_classifier(model), model)
    assert agreement.same_labels, "no_speech is no label"
    assert agreement.difference == pytest.approx(share * TOLERANCE)
    assert agreement.holds is holds


def test_another_label_is_no_agreement_however_near(model: Path) -> None:
    canaries = read_canaries(model)
    first, second = np.argsort(canaries.answers[0, :-1])[:-3:-1]
    middle = canaries.answers[0, [first, second]].mean()
    canaries.answers[0, [first, second]] = middle - 1e-6, middle + 1e-6
    canaries.save(model)
    agreement = measure_agreement(open_classifier(model), model)
    assert not agreement.same_labels
    assert not agreement.holds
    assert "other labels" in str(agreement)


def test_answers_that_are_no_numbers_never_pass(model: Path) -> None:
    canaries = read_canaries(model)
    canaries.answers[0, 0] = np.nan
    canaries.save(model)
    with pytest.raises(CanaryError):
        check_canaries(open_classifier(model), model)


def test_a_file_that_is_missing_or_broken_is_said(model: Path) -> None:
    path = model / CANARIES
    whole = path.read_bytes()
    for cut in (0, 10, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:cut])
        with pytest.raises(CanaryError, match="cannot be read"):
            read_canaries(model)
    damaged = bytearray(whole)
    damaged[len(whole) // 3 : len(whole) // 3 + 40] = bytes(40)
    path.write_bytes(damaged)
    with pytest.raises(CanaryError, match="cannot be read"):
        read_canaries(model)
    np.savez(path, sounds=np.array([{}], dtype=object))
    with pytest.raises(CanaryError, match="cannot be read"):
        read_canaries(model)
    path.unlink()
    with pytest.raises(CanaryError, match="vivavoz-train canaries"):
        read_canaries(model)


def test_no_canaries_are_not_enough(model: Path) -> None:
    canaries = read_canaries(model)
    for answers in (canaries.answers[:2], canaries.answers[:, :3]):
        type(canaries)(canaries.sounds, canaries.names, answers).save(model)
        with pytest.raises(CanaryError, match="no answer to each"):
            read_canaries(model)
