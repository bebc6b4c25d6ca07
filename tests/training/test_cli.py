import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from training.augment_settings import AugmentSettings
from training.cli import main, parser
from training.data_flags import settings_of
from training.run import read_facts
from training.settings import TrainSettings

COMMANDS = ("all", "fit", "pack", "export", "evaluate", "card", "int8")


@pytest.mark.parametrize("command", [(), *((c,) for c in COMMANDS)])
def test_help_imports_no_torch(command: tuple[str, ...]) -> None:
    code = (
        "import sys; from training.cli import main\n"
        f"try: main([*{command!r}, '--help'])\n"
        "except SystemExit as e: assert e.code == 0\n"
        "assert not {'torch', 'transformers', 'sklearn', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage: vivavoz-train" in done.stdout


def test_defaults_are_the_settings() -> None:
    given = settings_of(parser().parse_args(["all", "--speech", "s.csv", "--run", "r"]))
    assert given == TrainSettings(speech=Path("s.csv"), out=Path("r"))


def test_each_flag_reaches_its_setting() -> None:
    flags = "--base b --epochs 3 --batch 4 --rate 0.1 --seed 9 --tess-share 0.2 --workers 0"
    words = ["fit", "--speech", "s", "--sounds", "n", "--run", "r", *flags.split()]
    given = settings_of(
        parser().parse_args([*words, "--keep", "5", "--width", "96", "--layers", "2"])
    )
    assert given == TrainSettings(
        speech=Path("s"), sounds=Path("n"), out=Path("r"), base="b", epochs=3, batch=4, rate=0.1,
        seed=9, tess_share=0.2, workers=0, keep=5, width=96, layers=2,
    )  # fmt: skip


def test_flags_of_learning_reach_their_settings() -> None:
    flags = "--augment noise=0.5,codec=0.1 --freeze front --freeze-layers 6 --layer-decay 0.9"
    flags += " --patience 4 --smoothing 0.1 --balance emotion --mixup 0.2 --run-folder r"
    given = settings_of(parser().parse_args(["fit", "--speech", "s", *flags.split()]))
    assert given == TrainSettings(
        speech=Path("s"), out=Path("r"), augment=AugmentSettings(noise=0.5, codec=0.1),
        freeze="front", freeze_layers=6, layer_decay=0.9, patience=4, smoothing=0.1,
        balance="emotion", mixup=0.2,
    )  # fmt: skip


def test_a_wrong_augmentation_is_told_with_what_there_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["fit", "--speech", "s", "--augment", "nosie=0.5"])
    said = capsys.readouterr().err
    assert "'nosie=0.5' is no augmentation" in said
    assert "noise, babble, room" in said


def test_what_a_person_can_put_right_is_said_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none.csv"
    assert main(["export", "--speech", str(missing), "--run", str(tmp_path)]) == 1
    assert str(missing) in capsys.readouterr().err

    missing.write_text("path,emotion\na,angry\n")
    assert main(["export", "--speech", str(missing), "--run", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("vivavoz-train: ")
    assert "no column 'split'" in said


def test_evaluate_and_card_work_on_a_model_that_is_there(
    finished: TrainSettings, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert finished.sounds is not None
    model = shutil.copytree(model, tmp_path / model.name)
    report, card = ((model / name).read_bytes() for name in ("report.json", "README.md"))
    words = ["--speech", str(finished.speech), "--sounds", str(finished.sounds)]
    words += ["--run", str(finished.out), "--out", str(model)]
    assert main(["evaluate", "--quick", *words]) == 0
    assert "## validation" in capsys.readouterr().out
    assert main(["card", *words]) == 0
    assert (model / "report.json").read_bytes() == report  # the same model, the same figures
    assert (model / "README.md").read_bytes() == card
    assert read_facts(finished.out) is not None
