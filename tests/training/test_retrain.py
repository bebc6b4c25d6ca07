import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from classifier import ModelStore, StoreError, open_classifier
from classifier.canary import check_canaries
from tests.training.conftest import Corpus
from tests.training.loop import with_outputs
from training.canary import write_canaries
from training.cli import main
from training.corrections import Correction, CorrectionsError
from training.retrain import RetrainError, command, retrain, run_name
from training.retrain_settings import RetrainSettings
from training.settings import TrainSettings
from training.splits import load_segments
from vad.voice import speak


@pytest.fixture
def settings(tiny: TrainSettings, taught: Path, tmp_path: Path) -> RetrainSettings:
    """A store with the tiny model, and two corrections."""
    ModelStore(tmp_path / "serving").install(taught)
    feedback = tmp_path / "feedback"
    feedback.mkdir()
    rows = []
    for i, label in enumerate(("sad", "no_speech")):
        soundfile.write(feedback / f"{i}.flac", speak(1.0, pitch=120 + 50 * i), 16000)
        rows.append(json.dumps({"file_name": f"{i}.flac", "label": label, "note": "secret"}))
    (feedback / "metadata.jsonl").write_text("\n".join(rows) + "\n")
    return RetrainSettings(
        train=replace(tiny, out=tmp_path / "runs", epochs=1, rate=1e-5, keep=1),
        feedback=feedback,
        store=tmp_path / "serving",
        candidate=tmp_path / "candidate",
        margin=1.0,
    )


def test_what_comes_out_is_a_whole_model_that_learned_from_them(
    settings: RetrainSettings, tiny: TrainSettings, tmp_path: Path
) -> None:
    serving = open_classifier(settings.store)
    compared = retrain(settings)
    assert compared.passes
    candidate = open_classifier(settings.candidate)
    assert candidate.version == compared.candidate != serving.version
    assert candidate.name == serving.name
    check_canaries(candidate, settings.candidate)
    assert open_classifier(settings.store).version == candidate.version
    facts = json.loads(next(settings.train.out.rglob("run.json")).read_text())
    learn, check = (len(load_segments(tiny, split)) for split in ("train", "validation"))
    assert facts["learn_segments"] == learn + settings.weight + 1, "the noise once, speech twice"
    assert facts["check_segments"] == check
    report = json.loads((settings.candidate / "report.json").read_text())
    assert report["name"] == serving.name
    assert compared.segments == report["splits"]["test"]["speech"]["pooled"]["segments"]
    card = (settings.candidate / "README.md").read_text()
    assert f"{serving.name} {serving.version}" in card
    assert "vivavoz-train retrain --feedback feedback" in card
    assert "hiss" in card
    for trace in (str(tmp_path), "secret"):
        assert not [p for p in settings.candidate.iterdir() if trace.encode() in p.read_bytes()]
    assert not list(settings.train.out.rglob("*.npy")), "what people sent is not kept a second time"


def test_nothing_to_learn_from_is_said_before_any_work(
    settings: RetrainSettings, taught: Path
) -> None:
    (settings.feedback / "metadata.jsonl").write_text("")
    with pytest.raises(RetrainError, match="no correction"):
        retrain(settings)
    with pytest.raises(CorrectionsError):
        retrain(replace(settings, feedback=settings.feedback / "none"))
    with pytest.raises(StoreError, match="vivavoz model install"):
        retrain(replace(settings, store=settings.candidate))
    with pytest.raises(RetrainError, match=r"vivavoz model install .*taught --model"):
        retrain(replace(settings, store=taught))
    assert not settings.train.out.exists()


def test_who_has_nobody_to_compare_on_need_not_wait_for_the_training(
    settings: RetrainSettings, corpus: Corpus, manifest: Callable[[list[dict[str, str]]], Path]
) -> None:
    here = corpus.speech.parent
    rows = [row | {"path": str(here / row["path"])} for row in corpus.rows]
    speech = manifest([row for row in rows if row["split"] != "test"])
    with pytest.raises(RetrainError, match="no speech in its test split"):
        retrain(replace(settings, train=replace(settings.train, speech=speech)))
    assert not list(settings.train.out.rglob("*.safetensors"))


def test_a_model_with_other_outputs_cannot_be_retrained(
    settings: RetrainSettings, taught: Path, tmp_path: Path
) -> None:
    other = with_outputs(taught, tmp_path / "other", lambda rows: rows)
    config = other / "config.json"
    config.write_text(config.read_text().replace("sad", "bored"))
    write_canaries(other)
    ModelStore(settings.store).install(other)
    with pytest.raises(RetrainError, match="bored"):
        retrain(settings)


def test_other_corrections_start_a_retraining_of_their_own(settings: RetrainSettings) -> None:
    serving = open_classifier(settings.store)
    given = [Correction(Path("a.flac"), "sad", "p")]
    name = run_name(settings, serving, given)
    assert name == run_name(settings, serving, list(given))
    others = [
        run_name(settings, serving, [*given, Correction(Path("b.flac"), "sad", "p")]),
        run_name(settings, serving, [Correction(Path("a.flac"), "happy", "p")]),
        run_name(replace(settings, weight=5), serving, given),
        run_name(replace(settings, train=replace(settings.train, epochs=9)), serving, given),
    ]
    assert len({name, *others}) == 5


def test_the_command_names_no_folder_of_this_machine(settings: RetrainSettings) -> None:
    assert str(settings.feedback.parent) not in command(settings)


def test_promote_and_rollback_by_command(
    settings: RetrainSettings,
    tiny: TrainSettings,
    taught: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store = ModelStore(settings.store)
    first = store.pointer().current
    data = ["--speech", str(tiny.speech), "--run", str(tiny.out)]
    at = ["--store", str(settings.store)]
    worse = with_outputs(taught, tmp_path / "worse", lambda rows: np.roll(rows, 1, axis=0))
    assert main(["promote", str(worse), *at, *data]) == 1
    said = capsys.readouterr()
    assert "WORSE" in said.out
    assert f"not promoted: {first} goes on serving" in said.err
    assert store.pointer().current == first
    as_good = with_outputs(taught, tmp_path / "as-good", lambda rows: rows * np.float32(1.01))
    assert main(["promote", str(as_good), *at, *data]) == 0
    assert "not worse" in capsys.readouterr().out
    assert store.pointer().current == "as-good"
    assert main(["rollback", str(settings.store)]) == 0
    assert capsys.readouterr().out == f"{first} serves\n"
    assert main(["rollback", str(settings.store)]) == 1
    assert "nothing served" in capsys.readouterr().err
    (worse / "canaries.npz").unlink()
    assert main(["canaries", str(worse)]) == 0
    check_canaries(open_classifier(worse), worse)
