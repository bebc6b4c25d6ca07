"""Codes of the wire: why a connection closes, what was wrong, what to know, why no label."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class CloseCode(IntEnum):
    """Why a connection was closed."""

    DONE = 1000
    GOING_AWAY = 1001
    PROTOCOL = 1002
    WRONG_KIND = 1003
    BAD_UTF8 = 1007
    TOO_BIG = 1009
    OUR_FAULT = 1011
    RESTARTING = 1012
    OVERLOADED = 1013
    BAD_MESSAGE = 4400
    TOKEN = 4401
    ORIGIN = 4403
    IDLE = 4408
    TOO_LONG = 4410
    TOO_FAST = 4429


class ErrorCode(StrEnum):
    """What was wrong, for programs; the message beside it is for people."""

    BAD_JSON = "bad_json"
    BAD_MESSAGE = "bad_message"
    UNKNOWN_TYPE = "unknown_type"
    OUT_OF_RANGE = "out_of_range"
    NOT_STARTED = "not_started"
    ALREADY_STARTED = "already_started"
    START_TIMEOUT = "start_timeout"
    BAD_AUDIO = "bad_audio"
    TOO_BIG = "too_big"
    TOO_FAST = "too_fast"
    TOKEN = "token"  # noqa: S105 - the name of an error
    ORIGIN = "origin"
    IDLE = "idle"
    TOO_LONG = "too_long"
    OVERLOADED = "overloaded"
    DRAINING = "draining"
    INTERNAL = "internal"


class WarningCode(StrEnum):
    """Something a person may want to act on; the session goes on."""

    FALLING_BEHIND = "falling_behind"
    GAP = "gap"
    QUIET = "quiet"
    DRAINING = "draining"
    ENDING = "ending"


class Reason(StrEnum):
    """Why a verdict has no label."""

    UNCERTAIN = "uncertain"
    TOO_SHORT = "too_short"
    TOO_NOISY = "too_noisy"
    NO_SPEECH = "no_speech"
    CLIPPED = "clipped"
    OVERLOADED = "overloaded"
