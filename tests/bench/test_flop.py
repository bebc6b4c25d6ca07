from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.flop import DEFAULTS, count_flop, read_config
from tests.classifier import checkpoints


@pytest.mark.parametrize("samples", [8000, 48000, 47111])
def test_torch_counts_the_same(samples: int) -> None:
    import torch
    from torch.nn.utils.parametrize import remove_parametrizations
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import Wav2Vec2ForSequenceClassification

    config = checkpoints.layer_norm_config()
    config._attn_implementation = "eager"  # torch knows no count for the fused one on a CPU
    network = Wav2Vec2ForSequenceClassification(config).eval()
    # The counter looks at weights by name, which a parametrised layer has none of while it runs.
    remove_parametrizations(network.wav2vec2.encoder.pos_conv_embed.conv, "weight")
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, samples))
    ours = count_flop(DEFAULTS | {k: getattr(config, k) for k in DEFAULTS}, samples)
    assert ours == pytest.approx(counter.get_total_flops(), rel=1e-3)


def test_wav2vec2_base_needs_about_fourteen_billion_a_second() -> None:
    assert count_flop(DEFAULTS, 48000) / 3 == pytest.approx(14e9, rel=0.2)


def test_the_configuration_of_a_directory(tiny_model: Path, tmp_path: Path) -> None:
    config = read_config(tiny_model)
    assert config["hidden_size"] == 48
    with pytest.raises(BenchError, match=r"config\.json"):
        read_config(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    assert read_config(tmp_path) == DEFAULTS
