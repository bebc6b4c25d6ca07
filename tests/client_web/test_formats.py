"""The page writes what the command line writes: the golden files, and any annotation."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import soundfile
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from annotation import FORMATS, Annotation
from tests.annotation import golden
from tests.annotation.samples import annotations

HERE = Path(__file__).parent
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")

WAV = """
import {{ writeFileSync }} from "node:fs";
import {{ wavBlob }} from "{page}/wav.js";
const blocks = [Int16Array.of(0, 1, -1), Int16Array.of(32767, -32768).buffer];
const blob = wavBlob({blocks}, 44100);
writeFileSync("{path}", new Uint8Array(await blob.arrayBuffer()));
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    # Beside a package.json that says so, every node takes .js for modules, as a browser does.
    (folder / "package.json").write_text('{"type": "module"}')
    for path in (HERE.parents[1] / "client_web").glob("*.js"):
        shutil.copy(path, folder)
    return folder


def in_node(page: Path, documents: list[Any]) -> list[dict[str, dict[str, str]]]:
    run = subprocess.run(
        [str(NODE), str(HERE / "write_formats.mjs"), str(page)],
        input=json.dumps(documents).encode(),
        capture_output=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr.decode()
    return list(json.loads(run.stdout))


def test_the_page_has_the_formats_of_the_command_line(page: Path) -> None:
    ((written),) = in_node(page, [golden.document("one")])
    suffixes = {name: fields["suffix"] for name, fields in written.items()}
    assert suffixes == {name: form.suffix for name, form in FORMATS.items()}
    assert all(fields["type"].endswith("utf-8") for fields in written.values())


def test_the_page_writes_the_golden_files(page: Path) -> None:
    written = in_node(page, [golden.document(case) for case in golden.CASES])
    for case, texts in zip(golden.CASES, written, strict=True):
        for name, form in FORMATS.items():
            assert texts[name]["text"] == golden.golden(case, form.suffix), (case, name)


# Without shrinking: each example starts a node.
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(some=st.lists(annotations(), min_size=10, max_size=20))
def test_the_page_writes_what_the_command_line_writes(page: Path, some: list[Annotation]) -> None:
    documents = [json.loads(FORMATS["json"].write(one)) for one in some]
    for one, texts in zip(some, in_node(page, documents), strict=True):
        for name, form in FORMATS.items():
            mine, pages = form.write(one), texts[name]["text"]
            if name == "json":  # the two write the number one as 1.0 and as 1
                assert json.loads(pages) == json.loads(mine)
            else:
                assert pages == mine


def written_wav(page: Path, path: Path, blocks: str) -> Path:
    script = page / "wav_test.mjs"
    script.write_text(WAV.format(page=page, path=path, blocks=blocks))
    subprocess.run([str(NODE), str(script)], check=True, timeout=60)
    return path


def test_the_sound_is_a_wav(page: Path, tmp_path: Path) -> None:
    path = written_wav(page, tmp_path / "a.wav", "blocks")
    samples, rate = soundfile.read(path, dtype="int16")
    assert (samples.tolist(), rate) == ([0, 1, -1, 32767, -32768], 44100)
    info = soundfile.info(path)
    assert (info.format, info.subtype, info.channels) == ("WAV", "PCM_16", 1)


def test_a_wav_of_nothing_is_a_wav(page: Path, tmp_path: Path) -> None:
    samples, rate = soundfile.read(written_wav(page, tmp_path / "a.wav", "[]"))
    assert (len(samples), rate) == (0, 44100)
