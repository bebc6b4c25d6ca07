"""A Firefox of the system, driven by the WebDriver BiDi that it speaks by itself.

Playwright's own Firefox is a build of its own, which is nobody's browser.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

PROGRAM: Final = shutil.which("firefox-esr")

BEGIN_S: Final = 120.0
"""The first start on a machine reads a few hundred MB."""
WAIT_S: Final = 30.0

PREFS: Final[Mapping[str, Any]] = {
    "media.navigator.permission.disabled": True,  # The question about the microphone is a window.
    "browser.download.folderList": 2,
    # Calls nobody.
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "",
    "toolkit.telemetry.enabled": False,
}


class FirefoxError(Exception):
    """It does not start, or it does not do as it was told."""


class Firefox:
    """One browser with one page.

    Args:
        line: to its BiDi.
        folder: where it puts what is taken away.

    Attributes:
        errors: what the page complained of, errors alone.
    """

    def __init__(self, line: ClientConnection, folder: Path) -> None:
        self._line = line
        self._folder = folder
        self._numbers = itertools.count(1)
        self._context = ""
        self.errors: list[str] = []

    def begin(self, script: str) -> None:
        """The first command of all; `script` runs in each page before the page's own."""
        self._do("session.new", capabilities={})
        self._do("session.subscribe", events=["log.entryAdded"])
        self._context = self._do("browsingContext.getTree")["contexts"][0]["context"]
        if script:
            self._do("script.addPreloadScript", functionDeclaration=f"() => {{ {script} }}")

    def open(self, url: str) -> None:
        """Go there, and wait until all of it is loaded."""
        self._do("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def get(self, function: str, *arguments: object) -> Any:
        """What a JavaScript function returns; JSON goes in and comes out.

        Raises:
            FirefoxError: it throws.
        """
        answer = self._do(
            "script.callFunction",
            functionDeclaration=f"async (text) => JSON.stringify("
            f"await ({function})(...JSON.parse(text)) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise FirefoxError(f"{function}: {answer['exceptionDetails']['text']}")
        return json.loads(answer["result"]["value"])

    def wait(self, condition: str, *arguments: object, seconds: float = WAIT_S) -> None:
        """Until a JavaScript function returns something true.

        Raises:
            FirefoxError: it does not.
        """
        until = time.monotonic() + seconds
        while not self.get(condition, *arguments):
            if time.monotonic() > until:
                raise FirefoxError(f"still not so: {condition} {arguments}; {self.errors}")
            self.get("() => new Promise(go => setTimeout(go, 50))")

    def click(self, selector: str) -> None:
        """Press an element, as a person's press counts for a browser."""
        self.get("selector => document.querySelector(selector).click()", selector)

    def choose(self, selector: str, path: Path) -> None:
        """Choose a file in an input."""
        found = self._do(
            "browsingContext.locateNodes",
            context=self._context,
            locator={"type": "css", "value": selector},
        )
        element = {"sharedId": found["nodes"][0]["sharedId"]}
        self._do("input.setFiles", context=self._context, element=element, files=[str(path)])

    def taken(self, suffix: str) -> Path:
        """The file that was taken away last, whole.

        Raises:
            FirefoxError: none comes.
        """
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            # It is written under another name, beside an empty one with its own.
            whole = [path for path in self._folder.glob(f"*{suffix}") if path.stat().st_size]
            if whole and not list(self._folder.glob("*.part")):
                return whole[0]
            time.sleep(0.05)
        raise FirefoxError(f"no {suffix} was taken away")

    def screenshot(self, path: Path) -> None:
        """Of what is in sight."""
        answer = self._do("browsingContext.captureScreenshot", context=self._context)
        path.write_bytes(base64.b64decode(answer["data"]))

    def _do(self, method: str, **parameters: object) -> dict[str, Any]:
        number = next(self._numbers)
        self._line.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._line.recv(BEGIN_S))
            if message.get("method") == "log.entryAdded":
                self._note(message["params"])
            elif message.get("id") == number:
                if message["type"] == "error":
                    raise FirefoxError(f"{method}: {message['message']}")
                result: dict[str, Any] = message["result"]
                return result

    def _note(self, entry: dict[str, Any]) -> None:
        if entry["level"] == "error":
            self.errors.append(str(entry["text"]))


@contextmanager
def firefox(profile: Path, env: Mapping[str, str], script: str = "") -> Iterator[Firefox]:
    """A Firefox for as long as the block lasts.

    Args:
        profile: an empty folder of its own; what is taken away comes to `profile`/taken.
        env: of its process, besides its home and PATH.
        script: runs in each page before the page's own.
    """
    prefs = {**PREFS, "browser.download.dir": str(profile / "taken")}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(prefs[name])});\n" for name in prefs]
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    home = {"HOME": str(profile), "PATH": os.defpath, "MOZ_CRASHREPORTER_DISABLE": "1"}
    flags = ["--headless", "--no-remote", "--remote-debugging-port", "0"]  # 0: whichever is free
    with (profile / "said").open("w") as said:
        process = subprocess.Popen(
            [str(PROGRAM), *flags, "--profile", str(profile)],
            stdout=said,
            stderr=said,
            env={**home, **env},
        )
        try:
            address = f"{_address(process, profile)}/session"
            with connect(address, proxy=None, max_size=None) as line:
                browser = Firefox(line, profile / "taken")
                browser.begin(script)
                yield browser
        finally:
            process.terminate()
            process.wait(BEGIN_S)


def _address(process: subprocess.Popen[bytes], profile: Path) -> str:
    """Where it listens, once it does.

    Raises:
        FirefoxError: it does not.
    """
    until = time.monotonic() + BEGIN_S
    told = profile / "WebDriverBiDiServer.json"
    while process.poll() is None and time.monotonic() < until:
        try:
            facts = json.loads(told.read_text())
            return f"ws://{facts['ws_host']}:{facts['ws_port']}"
        except (OSError, ValueError):
            time.sleep(0.05)
    raise FirefoxError(f"Firefox does not begin: {(profile / 'said').read_text()[-500:]}")
