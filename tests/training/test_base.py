from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import (
    HubertConfig,
    PreTrainedModel,
    Wav2Vec2Config,
    Wav2Vec2ForPreTraining,
    Wav2Vec2ForSequenceClassification,
)

from training.base import BaseError, build_model, build_optimizer, feature_extractor, freeze
from training.dataset import Collator, Example, normalise
from training.distil import pupil_of
from training.manifest import LABELS
from training.settings import TrainSettings

LAYERS = 3
SMALL = {
    "conv_dim": (32,) * 7,
    "hidden_size": 32,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "codevector_dim": 16,
    "proj_codevector_dim": 16,
    "num_codevectors_per_group": 8,
}
LAYOUTS = {
    "base": {"feat_extract_norm": "group", "conv_bias": False, "do_stable_layer_norm": False},
    "xlsr": {"feat_extract_norm": "layer", "conv_bias": True, "do_stable_layer_norm": True},
}
"""As in the configurations of facebook/wav2vec2-base and facebook/wav2vec2-large-xlsr-53."""


@pytest.fixture(params=LAYOUTS, name="layout")
def a_layout(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hub_base(layout: str, tmp_path: Path) -> Path:
    """A checkpoint of self-supervised training as those two lie on the Hub: pickled, with the
    names that weight norm had in those days.
    """
    torch.manual_seed(0)
    model = Wav2Vec2ForPreTraining(Wav2Vec2Config(**SMALL, **LAYOUTS[layout]))
    for name, parameter in model.named_parameters():
        if "parametrizations" in name or "norm" in name:
            parameter.data.mul_(1.5)  # what is not loaded will show
    model.save_pretrained(tmp_path / "new")
    weights = load_file(tmp_path / "new" / "model.safetensors")
    old = {
        key.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): value
        for key, value in weights.items()
    }
    assert any(key.endswith("weight_g") for key in old)
    folder = tmp_path / "old"
    folder.mkdir()
    torch.save(old, folder / "pytorch_model.bin")
    (folder / "config.json").write_bytes((tmp_path / "new" / "config.json").read_bytes())
    return folder


def settings(base: Path | str, **rest: object) -> TrainSettings:
    whole = TrainSettings(speech=Path("s.csv"), out=Path("r"), base=str(base))
    return replace(whole, **rest)  # type: ignore[arg-type]


def test_a_hub_base_is_loaded_whole_under_a_fresh_head(hub_base: Path) -> None:
    model = build_model(settings(hub_base))
    assert isinstance(model, Wav2Vec2ForSequenceClassification)
    assert model.config.id2label == dict(enumerate(LABELS))
    pretrained = load_file(hub_base.parent / "new" / "model.safetensors")
    body = {k: v for k, v in model.state_dict().items() if k.startswith("wav2vec2.")}
    assert len(body) > 50
    for key, value in body.items():
        torch.testing.assert_close(value, pretrained[key], msg=key)


def test_its_convolutions_stay_and_the_rest_learns(hub_base: Path) -> None:
    model = build_model(settings(hub_base))
    assert not any(p.requires_grad for p in model.wav2vec2.feature_extractor.parameters())
    assert all(p.requires_grad for p in model.wav2vec2.feature_projection.parameters())
    assert all(p.requires_grad for p in model.wav2vec2.encoder.parameters())
    whole = build_model(settings(hub_base, freeze="none"))
    assert all(p.requires_grad for p in whole.parameters())


def frozen_layers(model: PreTrainedModel) -> list[bool]:
    return [not any(p.requires_grad for p in layer.parameters())
            for layer in model.wav2vec2.encoder.layers]  # fmt: skip


def test_the_lowest_layers_stay_with_all_that_is_below_them(hub_base: Path) -> None:
    model = build_model(settings(hub_base, freeze_layers=2))
    assert frozen_layers(model) == [True, True, False]
    below = (
        model.wav2vec2.feature_extractor,
        model.wav2vec2.feature_projection,
        model.wav2vec2.encoder.pos_conv_embed,
    )
    assert not any(p.requires_grad for part in below for p in part.parameters())
    assert all(p.requires_grad for p in model.classifier.parameters())
    optimised = {
        id(p) for g in build_optimizer(model, settings(hub_base)).param_groups for p in g["params"]
    }
    assert optimised == {id(p) for p in model.parameters() if p.requires_grad}


@pytest.mark.parametrize("count", [-1, LAYERS + 1])
def test_more_layers_than_there_are_cannot_be_frozen(hub_base: Path, count: int) -> None:
    with pytest.raises(BaseError, match="has 3 layers"):
        build_model(settings(hub_base, freeze_layers=count))


def test_what_a_pupil_is_made_of_can_be_frozen_again(hub_base: Path) -> None:
    asked = settings(hub_base, freeze_layers=1)
    pupil = pupil_of(build_model(asked), 8)
    freeze(pupil, asked)
    assert frozen_layers(pupil) == [True, False, False]


def test_each_layer_learns_slower_than_the_one_above(hub_base: Path) -> None:
    asked = settings(hub_base, rate=1e-3, layer_decay=0.5)
    model = build_model(asked)
    rates = {
        id(p): g["lr"] for g in build_optimizer(model, asked).param_groups for p in g["params"]
    }
    found = [rates[id(layer.attention.k_proj.weight)] for layer in model.wav2vec2.encoder.layers]
    assert found == pytest.approx([1.25e-4, 2.5e-4, 5e-4])
    assert rates[id(model.classifier.weight)] == pytest.approx(1e-3)
    assert rates[id(model.wav2vec2.feature_projection.projection.weight)] == pytest.approx(6.25e-5)
    even = build_optimizer(model, replace(asked, layer_decay=1.0))
    assert [g["lr"] for g in even.param_groups] == [1e-3]


def test_a_classifier_of_other_emotions_gives_its_body_alone(tmp_path: Path) -> None:
    config = Wav2Vec2Config(**SMALL, num_labels=4)
    Wav2Vec2ForSequenceClassification(config).save_pretrained(tmp_path)
    model = build_model(settings(tmp_path))
    assert model.classifier.out_features == len(LABELS)


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    HubertConfig().save_pretrained(tmp_path)
    with pytest.raises(BaseError, match="is a hubert"):
        build_model(settings(tmp_path))


def test_a_base_that_is_nowhere_is_an_error_of_files(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        build_model(settings(tmp_path / "nowhere"))


def test_the_mask_is_for_whom_it_makes_no_difference(hub_base: Path, layout: str) -> None:
    """Whoever pads elsewhere follows the preprocessing saved with the model: XLSR masks, and a
    padded segment is answered as it is alone. With group norm, padding shifts the answer, so
    nothing here pads.
    """
    model = build_model(settings(hub_base)).eval()
    extractor = feature_extractor(model)
    assert extractor.return_attention_mask == (layout == "xlsr")
    rng = np.random.default_rng(0)
    waves = [rng.standard_normal(n).astype(np.float32) for n in (9000, 16000)]
    padded = extractor(waves, sampling_rate=16000, padding=True, return_tensors="pt")
    alone = torch.from_numpy(normalise(waves[0]))[None]
    with torch.inference_mode():
        difference = (model(**padded).logits[0] - model(alone).logits[0]).abs().max()
    assert (difference < 1e-4) == (layout == "xlsr")


def test_a_batch_to_learn_from_answers_as_its_segments_alone(hub_base: Path) -> None:
    """No padding artefacts: whatever stands beside a segment, its answer is the same."""
    model = build_model(settings(hub_base)).eval()
    rng = np.random.default_rng(0)
    waves = [rng.standard_normal(n).astype(np.float32) for n in (9000, 16000, 12000)]
    examples: list[Example] = [{"input_values": w, "labels": 0, "weight": 1.0} for w in waves]
    batch = Collator(mixup=0)(examples)["input_values"]
    with torch.inference_mode():
        together = model(batch).logits
        alone = torch.cat([model(wave[None]).logits for wave in batch])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=0)


def test_of_an_own_model_the_filterbank_and_the_logarithm_stay(finished: TrainSettings) -> None:
    def learning(freeze: str) -> list[bool]:
        model = build_model(replace(finished, base=str(finished.out / "best"), freeze=freeze))
        assert all(p.requires_grad for p in model.wav2vec2.encoder.parameters())
        layers = model.wav2vec2.feature_extractor.conv_layers
        return [all(p.requires_grad for p in layer.parameters()) for layer in layers]

    assert learning("auto") == [False, False, True, True, True]
    assert learning("none") == [True] * 5
    assert learning("front") == [False] * 5
