"""The model's card: ``README.md`` with the Hub's front matter, and the weights' ``LICENSE``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from huggingface_hub import EvalResult, ModelCardData

from training.corpora import licence_lines, licence_text
from training.measured import SplitReport
from training.noise_tables import noise_summary
from training.report import Report, held_out_lines
from training.rival_tables import rival_lines
from training.run import RunFacts
from training.tables import answer_lines, figures_table, non_speech_lines


def write_card(
    folder: Path, report: Report, facts: RunFacts, *, sounds: tuple[str, ...] = ()
) -> None:
    """Write ``README.md`` and ``LICENSE`` into a model directory.

    Args:
        folder: the model directory.
        report: what was measured of it.
        facts: how it was trained.
        sounds: sets of noises and room responses that were mixed in.
    """
    corpora = (*facts.corpus_hours, *sounds)
    (folder / "LICENSE").write_text(licence_text(report.name, corpora), encoding="utf-8")
    (folder / "README.md").write_text(card(report, facts, corpora), encoding="utf-8")


def card(report: Report, facts: RunFacts, corpora: tuple[str, ...]) -> str:
    """The whole text of the card."""
    return "\n".join(
        [
            f"---\n{front_matter(report, facts).to_yaml()}\n---",
            "",
            f"# {report.name}: how speech sounds, in six words",
            "",
            introduction(report, facts),
            INTENDED,
            "## Measured",
            "",
            "Each recording was cut by the live segmenter and answered by the ONNX graph in this "
            "folder with its calibration. No speaker of validation or test was learned from. "
            "Thresholds and the choice of weights were made on validation, so its figures are a "
            "little too good; test was opened for these tables only. UAR is the recall of each "
            "emotion, averaged; its interval (95 %) is over speakers. "
            "Confusion matrices, figures by language, sex, length and noise: `report.md`.",
            *[measured(name, split) for name, split in report.splits.items()],
            *held_out_lines(report.held_out, level=3),
            "",
            trained(facts),
            "## Licence",
            "",
            "Research and non-commercial use only, because of the recordings that it learned from: "
            "see `LICENSE`. Some (TESS) also ask that no derivatives be shared; whether a model is "
            "one is disputed, so ask the publishers before you rely on it.",
            "",
            *licence_lines(corpora),
            "",
        ]
    )


def front_matter(report: Report, facts: RunFacts) -> ModelCardData:
    """What the Hub reads: language, licence, tags, and the pooled figures of each split."""
    results = [
        EvalResult(
            task_type="audio-classification",
            task_name="Speech emotion recognition",
            dataset_type="speech-emotion",
            dataset_name=f"{', '.join(split.speech.corpora)}: {name}, speakers apart",
            dataset_split=name,
            metric_type=metric,
            metric_name=title,
            metric_value=round(value, 4),
        )
        for name, split in report.splits.items()
        for metric, title, value in (
            ("recall", "Unweighted average recall", split.speech.pooled.uar),
            ("accuracy", "Accuracy", split.speech.pooled.accuracy),
            ("f1", "Macro F1", split.speech.pooled.macro_f1),
        )
    ]
    return ModelCardData(
        language=sorted({tag.split("-")[0] for tag in facts.languages}),
        license="other",
        license_name="research-and-non-commercial-use",
        license_link="LICENSE",
        library_name="transformers",
        pipeline_tag="audio-classification",
        base_model=None if facts.base == "compact" else facts.base,
        tags=["speech-emotion-recognition", "audio", "wav2vec2", "onnx", "vivavoz"],
        metrics=["recall", "accuracy", "f1"],
        model_name=report.name,
        eval_results=results,
        inference=False,
    )


def introduction(report: Report, facts: RunFacts) -> str:
    """What it is and how it is used."""
    made = "a compact Wav2Vec2, trained from scratch" if facts.base == "compact" else facts.base
    return f"""Version {report.version}. One stretch of speech goes in (16 kHz mono, half a
second to eight); out come six emotions (angry, disgust, fearful, happy, neutral, sad) and a seventh
output, `no_speech`, for sound that is nobody speaking. It is {made}, in the class
`Wav2Vec2ForSequenceClassification` of transformers; `model.onnx` is the same network for ONNX
Runtime. `vivavoz.json` holds the temperature and the thresholds under which no label is given.

```python
from classifier import open_classifier      # of vivavoz
verdict = open_classifier("this folder").classify(pcm)   # int16, 16 kHz, mono
```
"""


INTENDED = """## What it is for, and what not

For research and teaching about speech emotion and live audio, and for trying vivavoz out.

It says how a voice *sounds* to people who were asked about actors. It does not know what anybody
feels. It must not be used

- at work or in education: to watch, rate, hire, teach or examine people. In the European Union
  inferring emotions there is prohibited (Regulation (EU) 2024/1689, article 5(1)(f));
- for policing, borders, courts, insurance or credit;
- for decisions about health, or to find illness, danger or intent;
- to detect lies: nothing here has to do with truth;
- on anybody who has not been told of it and agreed.

Limits: all that it learned from is acted, mostly a few sentences read by few people in a quiet
room. On spontaneous speech, in other languages, of children and old people, it errs more often than
the tables below show, and nobody has measured by how much. An emotion that is rare in the
recordings (disgust, mostly) was learned from few voices.
"""


def measured(name: str, split: SplitReport) -> str:
    """One split's tables."""
    return "\n".join(
        [
            "",
            f"### {name}",
            "",
            figures_table(split.speech),
            "",
            *rival_lines(split),
            *answer_lines(split.speech),
            *noise_summary(split.noisy),
            *non_speech_lines(split.non_speech),
            f"- In {split.clips_without_segment} of {split.clips} recordings the segmenter found "
            "nothing to judge.",
        ]
    )


TURN: Final = """
A teacher heard with the encoder of smart-turn v3 (Daily, BSD-2-Clause), which is Whisper tiny's
(OpenAI, MIT), tuned to hear the end of a turn. None of those weights are here.
"""


def trained(facts: RunFacts) -> str:
    """How the weights came about."""
    minutes = "" if facts.minutes is None else f", in {facts.minutes:.0f} minutes"
    corpora = ", ".join(f"{name} {hours:.2f} h" for name, hours in facts.corpus_hours.items())
    return f"""## How it was trained

```
{facts.command}
```
{facts.learn_segments} segments, {facts.hours:.2f} h ({corpora}; the rest is
noise), {facts.epochs:g} epochs, seed {facts.seed}{minutes}. {facts.check_segments} segments to
validate on. Recordings pass through the live segmenter, are normalised to zero mean and unit
variance, and are changed at random while learning: room responses and noise (where there are any),
speed, filters, clipping, and mixtures of two. Batches hold segments of one length, no padding. The
weights are those of the epoch that was best on validation, or an average of epochs where that was
better.
{TURN if ".onnx" in facts.command else ""}"""
