import torch
from transformers import TrainerControl, TrainerState, TrainingArguments

from training.band_sharing import BandLayout, ShareBands

LAYOUT = BandLayout(bands=8, inputs=3, outputs=2)


def convolution() -> torch.nn.Conv1d:
    torch.manual_seed(0)
    made = torch.nn.Conv1d(LAYOUT.bands * LAYOUT.inputs, LAYOUT.channels, 3)
    LAYOUT.start(made)
    return made


def test_a_start_is_a_two_dimensional_convolution_written_out() -> None:
    made = convolution()
    grid = LAYOUT.grid(made.weight)
    kernel = grid[1, :, 0:5]  # output band 1 sees the input bands 0 to 4
    flat = torch.nn.Conv2d(3, 2, (5, 3), stride=(2, 1), padding=(2, 0), bias=False)
    with torch.no_grad():
        flat.weight.copy_(kernel.permute(0, 2, 1, 3))
        sound = torch.randn(4, LAYOUT.bands, LAYOUT.inputs, 20)
        written = made(sound.flatten(1, 2)).unflatten(1, (LAYOUT.bands // 2, 2))
        meant = flat(sound.transpose(1, 2)).transpose(1, 2)
    torch.testing.assert_close(written, meant, atol=1e-5, rtol=1e-5)


def test_what_is_shared_already_stays_and_what_is_not_becomes_it() -> None:
    weight = convolution().weight.detach().clone()
    kept = weight.clone()
    LAYOUT.share(kept)
    torch.testing.assert_close(kept, weight)
    LAYOUT.share(kept := weight + torch.randn_like(weight))
    grid = LAYOUT.grid(kept)
    torch.testing.assert_close(grid[1, :, 0:5], grid[2, :, 2:7])
    assert torch.equal(grid[0, :, 4:], torch.zeros_like(grid[0, :, 4:]))  # out of reach


def test_steps_keep_weights_shared_and_do_change_them() -> None:
    made = convolution()
    before = made.weight.detach().clone()
    sharing = ShareBands([(made, LAYOUT)])
    optimizer = torch.optim.AdamW(made.parameters(), lr=0.01, weight_decay=0.05)
    for _ in range(5):
        optimizer.zero_grad()
        made(torch.randn(4, 24, 20)).square().sum().backward()
        sharing.on_pre_optimizer_step(TrainingArguments(), TrainerState(), TrainerControl())
        optimizer.step()
    shared = made.weight.detach().clone()
    LAYOUT.share(shared)
    torch.testing.assert_close(shared, made.weight)
    assert (made.weight - before).abs().max() > 0.01
    bias = made.bias.view(4, 2)
    torch.testing.assert_close(bias, bias[:1].expand(4, 2))
    assert bias.abs().max() > 0.01
