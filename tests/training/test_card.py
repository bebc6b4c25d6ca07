from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from tests.training.samples import report
from training.card import card as card_text
from training.report import read_report
from training.run import read_facts
from training.settings import TrainSettings


@pytest.fixture(scope="module")
def card(model: Path) -> ModelCard:
    return ModelCard.load(model / "README.md")


def test_the_hub_can_read_the_front_matter(card: ModelCard) -> None:
    assert card.data.license == "other"
    assert card.data.license_link == "LICENSE"
    assert card.data.language == ["de", "en"]
    assert card.data.pipeline_tag == "audio-classification"
    assert "speech-emotion-recognition" in card.data.tags


def test_its_figures_are_the_reports(card: ModelCard, model: Path) -> None:
    report = read_report(model)
    assert report is not None
    found = {(r.dataset_split, r.metric_type): r.metric_value for r in card.data.eval_results}
    for name, split in report.splits.items():
        assert found[name, "recall"] == round(split.speech.pooled.uar, 4)
        assert found[name, "accuracy"] == round(split.speech.pooled.accuracy, 4)
        assert f"{split.speech.pooled.uar:.3f}" in card.text
    assert {split for split, _ in found} == {"validation", "test"}


@pytest.mark.parametrize(
    "words",
    [
        "work or in education",
        "article 5(1)(f)",
        "policing",
        "health",
        "lies",
        "acted",
        "vivavoz-train fit --speech speech.csv --sounds sounds.csv",
        "seed 1",
        "2 epochs",
        "| RAVDESS (speech) | 24 actors, English (US) | CC BY-NC-SA 4.0 |",
        "| EMO-DB |",
        "| hiss | not described here |",
        "### test",
    ],
)
def test_says_what_a_reader_must_know(card: ModelCard, words: str) -> None:
    assert words in card.text


def test_the_weights_have_a_licence(model: Path) -> None:
    text = (model / "LICENSE").read_text()
    assert "EMO-DB" in text
    assert "hiss" in text
    assert "TESS" not in text  # it did not learn from it


def test_a_full_report_is_told_in_short(finished: TrainSettings) -> None:
    facts = read_facts(finished.out)
    assert facts is not None
    text = card_text(report(), facts, ("emodb",))
    for words in (
        "| recall of disgust |",
        "If the split were random",
        "UAR goes from 0.600 to 0.500 at 20 dB",
        "### corpora held out",
    ):
        assert words in text, words
    assert "Said (rows)" not in text
    assert "Whisper" not in text
    taught = replace(facts, command=f"fit --base smart-turn-v3.2-cpu.onnx\n{facts.command}")
    assert "Whisper tiny's\n(OpenAI, MIT)" in card_text(report(), taught, ())
