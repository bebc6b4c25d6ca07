import json
import logging
import sys

import pytest

from server.logs import JsonFormatter, configure_logging

pytestmark = pytest.mark.usefixtures("logging_as_before")


def test_a_line_is_an_object_with_what_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    logger = logging.getLogger("server.test")
    logger.debug("not said")
    logger.info("ready on %d", 8080, extra={"model": "tiny", "odd": {1}})
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "level": "info",
        "logger": "server.test",
        "message": "ready on 8080",
        "model": "tiny",
        "odd": "{1}",
    }


def test_a_traceback_stays_on_its_line() -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ZeroDivisionError" in json.loads(line)["traceback"]
