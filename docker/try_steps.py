"""Runs the steps of docker/Dockerfile one by one where there is no Docker, and visits the result.

    python docker/try_steps.py FOLDER            some minutes, 1 GB; as root, on Debian or Ubuntu

In place of Docker's python image stands a minimal Debian of the same release with a copy of the
Python that runs this, in /usr/local as it is there. The last stage runs as its USER, with a root
that it cannot write to, no capabilities and no network; docker/try_visit.py visits it in there.

Needs debootstrap, bubblewrap, and a Python that stands in a prefix of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

from dockerfile import (
    DockerfileError,
    Stage,
    find_sources,
    read_ignored,
    read_stages,
)

TOP: Final = Path(__file__).resolve().parents[1]
HERE: Final = TOP / "docker"
MOST_MB: Final = 450
RELEASE: Final = "bookworm"
PACKAGES: Final = (
    *("ca-certificates", "libbz2-1.0", "libexpat1", "libffi8", "liblzma5", "libncursesw6"),
    *("libreadline8", "libsqlite3-0", "libssl3", "libuuid1", "netbase", "openssl", "tzdata"),
    "zlib1g",
)
"""What Docker's slim Python image has beside a minimal Debian."""

WASTE: Final = ("doc", "info", "locale", "man")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="for the roots; its base is taken again")
    parser.add_argument("--arg", action="append", default=[], help="NAME=VALUE, a build argument")
    parser.add_argument("--most-mb", type=int, default=MOST_MB, help="size that is a failure")
    options = parser.parse_args()
    for program in ("debootstrap", "bwrap"):
        if not shutil.which(program):
            parser.error(f"there is no {program}; apt-get install debootstrap bubblewrap")
    try:
        text = (HERE / "Dockerfile").read_text(encoding="utf-8")
        stages = read_stages(text, dict(one.split("=", 1) for one in options.arg))
        roots = Roots(options.folder.resolve())
        for number, stage in enumerate(stages):
            roots.build(stage, stage.name or f"stage-{number}")
        return report(roots.folder / f"stage-{len(stages) - 1}", stages[-1], options.most_mb)
    except DockerfileError as error:
        print(f"try_steps: {error}", file=sys.stderr)
    except subprocess.CalledProcessError as error:
        print(f"try_steps: exit code {error.returncode}: {error.cmd[-1]}", file=sys.stderr)
    return 1


class Roots:
    """Root directories, one a stage.

    Args:
        folder: where they are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = folder / "base"
        self._ignored = read_ignored(TOP)
        folder.mkdir(parents=True, exist_ok=True)
        if not (self.base / "usr/local/bin/python").exists():
            make_base(self.base)

    def build(self, stage: Stage, name: str) -> None:
        """Carry out the instructions of a stage, saying each."""
        root = self.folder / name
        say(f"FROM {stage.base} -> {root}")
        subprocess.run(["rm", "-rf", root], check=True)
        subprocess.run(["cp", "-a", self.base, root], check=True)
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        directory = "/"
        for one in stage.instructions:
            say(f"{one.name} {one.rest}")
            if one.name == "ENV":
                environment |= read_env(one.rest)
            elif one.name == "WORKDIR":
                directory = one.rest
                (root / directory.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif one.name == "COPY":
                self._copy(root, directory, one.rest)
            elif one.name == "RUN":
                subprocess.run(building(root, directory, environment, one.rest), check=True)

    def _copy(self, root: Path, directory: str, rest: str) -> None:
        *sources, target = rest.split()
        into = root / directory.lstrip("/") / target.lstrip("/")
        if sources[0].startswith("--from="):
            built = self.folder / sources[0].removeprefix("--from=") / sources[1].lstrip("/")
            into = root / target.lstrip("/")
            into.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", built, into], check=True)
            return
        for source in sources:
            is_folder = (TOP / source).is_dir()
            for path in find_sources(TOP, source, self._ignored):
                place = path.relative_to(TOP / source) if is_folder else Path(path.name)
                (into / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, into / place)


def make_base(base: Path) -> None:
    """A minimal Debian with this Python in it.

    Raises:
        DockerfileError: this Python is the system's own.
    """
    prefix, version = Path(sys.base_prefix), f"python3.{sys.version_info.minor}"
    if prefix == Path("/usr"):
        raise DockerfileError("run it by a Python that is not the system's, as in /usr/local")
    say(f"debootstrap {RELEASE} -> {base}, and {prefix}/bin/{version}")
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", RELEASE, base],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    # As Docker's slim images are without them.
    for waste in ("var/cache/apt", "var/lib/apt/lists", *(f"usr/share/{one}" for one in WASTE)):
        shutil.rmtree(base / waste, ignore_errors=True)
    shutil.copytree(
        prefix / "lib" / version,
        base / "usr/local/lib" / version,
        symlinks=True,
        ignore=lambda folder, names: {
            name
            for name in names
            if name in {"__pycache__", "test", "idlelib"}
            or name.startswith("config-3")
            or (Path(folder).name == "site-packages" and not name.startswith("pip"))
        },
    )
    for library in (prefix / "lib").glob("libpython3*.so*"):
        shutil.copy(library, base / "usr/local/lib", follow_symlinks=False)
    shutil.copy(prefix / "bin" / version, base / "usr/local/bin")
    for link in ("python", "python3"):
        (base / "usr/local/bin" / link).symlink_to(version)
    subprocess.run(["chroot", base, "ldconfig"], check=True)


def building(
    root: Path, directory: str, environment: Mapping[str, str], command: str
) -> list[str | Path]:
    """The command that runs a RUN: as root, with the network; pip looks where it looks here."""
    told = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return [
        *("bwrap", "--bind", root, "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"),
        *("--ro-bind", "/etc/resolv.conf", "/etc/resolv.conf"),
        *(word for path in pip_paths() for word in ("--ro-bind", path, path)),
        *("--clearenv", *set_all({**told, "HOME": "/root", **environment})),
        *("--chdir", directory, "--unshare-pid", "--unshare-ipc", "/bin/sh", "-c", command),
    ]


def pip_paths() -> Iterator[str]:
    """The files and folders that pip is set up to use on this machine, its settings included."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    words = shlex.split(listed.replace("=", " ").replace("\\n", " "))
    named = {word.removeprefix("file://").rstrip("/") for word in words}
    yield from sorted(path for path in named if path.startswith("/") and Path(path).exists())
    yield from (path for path in ("/etc/pip.conf",) if Path(path).exists())


def confined(root: Path, stage: Stage, command: Sequence[str]) -> list[str | Path]:
    """The command that runs something as a container of ours does, or with still less."""
    user, _, group = stage.last("USER").partition(":")
    environment: dict[str, str] = {}
    for one in stage.instructions:
        if one.name == "ENV":
            environment |= read_env(one.rest)
    return [
        *("bwrap", "--ro-bind", root, "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"),
        *("--unshare-all", "--uid", user, "--gid", group, "--cap-drop", "ALL", "--die-with-parent"),
        *("--clearenv", *set_all(environment), "--chdir", stage.last("WORKDIR"), *command),
    ]


def visiting(stage: Stage, python: str = "python") -> list[str]:
    """The command that visits the server of a stage, from inside."""
    serve = [*json.loads(stage.last("ENTRYPOINT")), *json.loads(stage.last("CMD"))]
    check = json.loads(stage.last("HEALTHCHECK").partition("CMD ")[2])
    program = (HERE / "try_visit.py").read_text(encoding="utf-8")
    return [python, "-c", program, json.dumps(serve), json.dumps(check)]


def report(root: Path, stage: Stage, most_mb: int) -> int:
    """Visit what was built, and say how large it is. Gives the exit code."""
    user, _, group = stage.last("USER").partition(":")
    # Not only by that name within: what is root's is really somebody else's.
    really = ["setpriv", "--reuid", user, "--regid", group, "--clear-groups"]
    done = subprocess.run([*really, *confined(root, stage, visiting(stage))], check=False)
    compilers = [name for name in ("cc", "gcc", "c++", "make", "cargo") if _has(root, name)]
    size, ours = megabytes(root), megabytes(root / "opt/vivavoz")
    say(f"size: {size} MB, of which {ours} MB are vivavoz and what it needs; most {most_mb} MB")
    say(f"compilers: {', '.join(compilers) or 'none'}")
    return 1 if done.returncode or size > most_mb or compilers else 0


def megabytes(folder: Path) -> int:
    """Size of all files, as Docker counts it: 10^6 bytes, not what they take on a disk."""
    counted = subprocess.run(
        ["du", "--summarize", "--bytes", "--one-file-system", folder],
        capture_output=True,
        text=True,
        check=True,
    )
    return round(int(counted.stdout.split()[0]) / 1e6)


def _has(root: Path, program: str) -> bool:
    return any((root / place / program).exists() for place in ("usr/bin", "usr/local/bin", "bin"))


def read_env(rest: str) -> dict[str, str]:
    """What an ENV sets."""
    return dict(word.split("=", 1) for word in shlex.split(rest))


def set_all(environment: Mapping[str, str]) -> list[str]:
    """An environment as arguments of bwrap."""
    return [word for name, value in environment.items() for word in ("--setenv", name, value)]


def say(text: str) -> None:
    """Say what happens."""
    print(f"--- {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
