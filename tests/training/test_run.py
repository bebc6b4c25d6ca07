from dataclasses import replace
from pathlib import Path

import pytest

from training.augment_settings import read_augment
from training.cli import parser
from training.data_flags import settings_of
from training.run import (
    RunError,
    checkpoints,
    command,
    corpus_hours,
    read_facts,
    write_facts,
)
from training.settings import TrainSettings
from training.splits import load_segments


def test_checkpoints_are_in_order_and_complete(own_run: TrainSettings) -> None:
    out = own_run.out
    half = out / "checkpoint-999"
    half.mkdir()
    (half / "model.safetensors").touch()  # killed while it was written
    names = [folder.name for folder in checkpoints(out)]
    steps = [int(name[11:]) for name in names[:-1]]
    assert names[-1] == "best"
    assert steps == sorted(steps)
    assert len(steps) == 2


def test_an_empty_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no complete checkpoint"):
        checkpoints(tmp_path)


def test_facts_come_back_as_written(own_run: TrainSettings) -> None:
    learn, check = (load_segments(own_run, s) for s in ("train", "validation"))
    facts = write_facts(own_run, learn, check)
    assert read_facts(own_run.out) == facts
    assert facts.languages == ("de", "en-US")
    assert facts.epochs == 2
    assert facts.minutes is not None
    assert (facts.learn_segments, facts.check_segments) == (len(learn), len(check))
    assert sum(facts.corpus_hours.values()) < facts.hours


def test_a_run_that_was_stopped_has_facts_too(own_run: TrainSettings) -> None:
    (own_run.out / "trainer_state.json").unlink()
    (own_run.out / "run.json").unlink()
    assert read_facts(own_run.out) is None
    learn = load_segments(own_run, "train")
    facts = write_facts(replace(own_run, epochs=45), learn, learn)  # as started, not as asked now
    assert "--epochs 2 " in facts.command
    assert facts.epochs == 2
    assert facts.minutes is None


def test_the_command_of_a_pupil_begins_with_its_teachers(
    tiny: TrainSettings, finished: TrainSettings
) -> None:
    said = command(replace(tiny, seed=7, teachers=(finished.out / "best",))).splitlines()
    assert said[0] == command(replace(finished, epochs=2))
    assert said[1].endswith(f"--teachers {finished.out.name}/best")


def test_a_run_that_goes_on_from_another_says_so(
    tiny: TrainSettings, finished: TrainSettings
) -> None:
    after = replace(finished, base=str(finished.out / "best"))
    said = command(after).splitlines()
    assert said[0] == command(replace(finished, epochs=2))
    assert f"--base {finished.out.name}/best " in said[1]
    learn = load_segments(finished, "train")
    state = finished.out / "trainer_state.json"
    out = finished.out.parent / "after"
    (out / "best").mkdir(parents=True)
    (out / state.name).write_bytes(state.read_bytes())
    (out / "best" / "model.safetensors").touch()
    facts = write_facts(replace(after, out=out), learn, learn)
    assert facts.base == tiny.base == "compact"


def test_the_command_names_a_graph_without_its_folder(tiny: TrainSettings) -> None:
    assert "--base turn.onnx " in command(replace(tiny, base="/some/where/turn.onnx"))


def test_the_command_names_what_matters(tiny: TrainSettings) -> None:
    said = command(replace(tiny, seed=7, epochs=3))
    assert said.startswith("vivavoz-train fit --speech speech.csv --sounds sounds.csv")
    assert "--epochs 3" in said
    assert "--seed 7" in said
    assert "--sounds" not in command(replace(tiny, sounds=None))


def test_hours_are_of_speech_by_corpus(finished: TrainSettings) -> None:
    hours = corpus_hours(load_segments(finished, "test"))
    assert list(hours) == ["emodb", "ravdess"]
    assert 0 < hours["emodb"] < hours["ravdess"]  # the second take is longer


def test_the_command_gives_the_same_settings_again(tiny: TrainSettings) -> None:
    asked = replace(
        tiny, workers=1, tess_share=0.25, smoothing=0.1, balance="none", freeze="front",
        freeze_layers=1, layer_decay=0.9, patience=3, augment=read_augment("none,codec=0.5"),
    )  # fmt: skip
    given = settings_of(parser().parse_args(command(asked).split()[1:]))
    assert replace(given, speech=tiny.speech, sounds=tiny.sounds, out=tiny.out) == asked
    assert "augment" not in command(replace(tiny, width=192, layers=4))
