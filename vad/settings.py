"""How speech is cut out of a stream: the settings of a segmenter, with their ranges."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class VadSettings(BaseModel):
    """Settings of one :class:`vad.Segmenter`. Durations are milliseconds of audio.

    The defaults of ``onset_ms``, ``min_speech_ms`` and ``aggressiveness`` were chosen with
    ``vivavoz-bench vad`` (speech found against speech falsely taken on real meetings).

    Examples:
        >>> VadSettings(hangover_ms=600).hangover_ms
        600
        >>> VadSettings().merge(VadSettings(onset_ms=60)).onset_ms
        60
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    aggressiveness: Annotated[
        int,
        Field(ge=0, le=3, description="WebRTC VAD mode: 0 takes most sound for speech, 3 least"),
    ] = 2
    onset_ms: Annotated[
        int,
        Field(ge=20, le=500, description="voiced time without a break that starts an utterance"),
    ] = 100
    hangover_ms: Annotated[
        int, Field(ge=100, le=3000, description="pause that ends an utterance")
    ] = 400
    preroll_ms: Annotated[
        int, Field(ge=0, le=1000, description="audio kept from before the onset")
    ] = 200
    min_speech_ms: Annotated[
        int, Field(ge=0, le=2000, description="utterances with less voiced time are discarded")
    ] = 250
    max_segment_ms: Annotated[
        int,
        Field(ge=3000, le=30000, description="longer utterances are cut at their quietest point"),
    ] = 8000

    def merge(self, update: VadSettings) -> VadSettings:
        """These settings with the fields that were given explicitly in ``update``."""
        return self.model_copy(update=update.model_dump(exclude_unset=True))
