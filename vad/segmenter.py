"""The segmenter: a state machine over frames, from PCM in any chunks to speech events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from vad.detector import Detector
from vad.events import (
    Segment,
    SegmentExpected,
    SpeechDiscarded,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
)
from vad.history import History
from vad.level import rms_db
from vad.settings import VadSettings
from vad.utterance import Utterance

FRAME_MS = 20
CUT_SPAN_MS = 60
"""A forced cut falls in the middle of the quietest stretch of this length: one quiet frame may be
a stop consonant, three are a gap."""


class PcmError(ValueError):
    """PCM that is not a whole number of 16-bit samples."""


class Segmenter:
    """Cuts one stream into utterances.

    The same audio gives the same events however it is chunked: everything is decided per frame of
    20 ms, and time is counted in samples.

    Args:
        sample_rate: 8000, 16000, 32000 or 48000 Hz.
        settings: see `VadSettings`.
        interim_ms: while someone speaks, a `Segment` with ``final=False`` comes each so many
            milliseconds; 0 for none.
        interim_window_ms: how much audio an interim holds at most.
        lead_ms: so long before a pause ends the utterance, the segment that it will cut is told
            (`SegmentExpected`); 0 for never.
        start_ms: where the stream's clock begins (a resumed session); rounded down to a frame.

    Raises:
        RateError: for another sample rate.

    Examples:
        >>> segmenter = Segmenter(16000)
        >>> [*segmenter.push(bytes(32000)), *segmenter.flush()]
        []
        >>> segmenter.position_ms
        1000
    """

    def __init__(
        self,
        sample_rate: int,
        settings: VadSettings | None = None,
        *,
        interim_ms: int = 0,
        interim_window_ms: int = 3000,
        lead_ms: int = 0,
        start_ms: int = 0,
    ) -> None:
        settings = settings or VadSettings()
        first = start_ms // FRAME_MS
        self._detector = Detector(sample_rate, FRAME_MS, settings.aggressiveness, first)
        self.settings = settings
        self._rate = sample_rate
        self._frame_bytes = sample_rate * FRAME_MS // 1000 * 2
        self.interim_ms = interim_ms
        self._interim_window = interim_window_ms // FRAME_MS
        self._lead = _frames(lead_ms)
        self._pending = b""  # less than one frame
        self._floor = self._detector.noise_db  # at frame `_next`
        self._next = first
        self._history = History(self._frame_bytes, self._next)
        self._run = 0  # voiced frames without a break, up to now
        self._utterance: Utterance | None = None

    @property
    def settings(self) -> VadSettings:
        """The settings in force; assign to change them from the next frame on."""
        return self._settings

    @settings.setter
    def settings(self, settings: VadSettings) -> None:
        self._detector.set_aggressiveness(settings.aggressiveness)
        self._settings = settings
        # Frames before the current one that a new utterance may reach back to.
        self._keep = _frames(settings.preroll_ms) + _frames(settings.onset_ms)

    @property
    def sample_rate(self) -> int:
        """Hz, of what `push` takes and segments hold."""
        return self._rate

    @property
    def position_ms(self) -> int:
        """The clock: how much audio was taken in, whole frames."""
        return self._next * FRAME_MS

    @property
    def settled_ms(self) -> int:
        """Everything before this point is decided: no later segment will begin before it."""
        if self._utterance:
            return self._utterance.segment_start * FRAME_MS
        return max(self._history.first, self._next - self._keep) * FRAME_MS

    @property
    def growing(self) -> tuple[int, int] | None:
        """Utterance (its start, ms) and index of the segment under way, None in silence."""
        current = self._utterance
        return (current.start * FRAME_MS, current.index) if current else None

    @property
    def noise_db(self) -> float:
        """The noise floor, dBFS."""
        return self._floor

    @property
    def _least(self) -> int:
        """Voiced frames without which an utterance is discarded."""
        return _frames(self._settings.min_speech_ms)

    @property
    def _longest(self) -> int:
        """Frames that a segment may hold."""
        return self._settings.max_segment_ms // FRAME_MS

    def push(self, pcm: bytes | bytearray | memoryview) -> list[SpeechEvent]:
        """Take the next PCM of the stream, any length of whole samples.

        Args:
            pcm: 16-bit little-endian mono.

        Returns:
            The events up to and including this audio, in order.

        Raises:
            PcmError: for an odd number of bytes; nothing of it is taken.
        """
        if len(pcm) % 2:
            raise PcmError(f"{len(pcm)} bytes are not whole 16-bit samples")
        if self._pending:
            pcm = self._pending + pcm
        rest = len(pcm) % self._frame_bytes
        whole = len(pcm) - rest
        self._pending = bytes(pcm[whole:])
        return self._advance(pcm[:whole] if rest else pcm) if whole else []

    def flush(self) -> list[SpeechEvent]:
        """End the utterance under way, as if its pause had come. The clock goes on."""
        self._run = 0
        return list(self._close(self._utterance)) if self._utterance else []

    def go_on(self, growing: tuple[int, int] | None = None) -> None:
        """What was pushed so far was heard for the noise alone: the stream goes on from here.

        Args:
            growing: an utterance under way (its start, ms) and the index of its segment that
                begins here. The first one (0) begins by itself, as it did.
        """
        spoken = min(self._utterance.speech_end if self._utterance else self._next, self._next)
        self._utterance, self._run = None, 0
        self._history.forget(self._next)
        if growing and growing[1]:
            self._utterance = Utterance(
                start=growing[0] // FRAME_MS,
                segment_start=self._next,
                speech_end=spoken,
                looked_at=self._next,
                voiced=self._least,
                index=growing[1],
            )

    def _advance(self, fresh: bytes | bytearray | memoryview) -> list[SpeechEvent]:
        """Take whole frames: what can be said of all at once first, then frame by frame."""
        levels = rms_db(np.frombuffer(fresh, "<i2").reshape(-1, self._frame_bytes // 2))
        voiced, floors = self._detector.decide(fresh, levels)
        self._history.add(fresh, levels, voiced)
        if self._utterance is None and True not in voiced:
            self._stay_idle(len(voiced), floors[-1])
            return []
        return list(self._walk(voiced, floors))

    def _stay_idle(self, count: int, floor: float) -> None:
        """Frames without a voice where nobody speaks: as `_walk`, with no step for each."""
        self._next += count
        self._floor, self._run = floor, 0
        self._history.forget(self._next - self._keep)

    def _walk(self, voiced: list[bool], floors: list[float]) -> Iterator[SpeechEvent]:
        for is_voiced, floor in zip(voiced, floors, strict=True):
            self._floor = floor
            self._next += 1
            self._run = self._run + 1 if is_voiced else 0
            if self._utterance is None:
                yield from self._idle()
            else:
                yield from self._speaking(self._utterance, is_voiced)

    def _idle(self) -> Iterator[SpeechEvent]:
        onset = _frames(self._settings.onset_ms)
        if self._run < onset:
            self._history.forget(self._next - self._keep)
            return
        first = self._next - self._run
        start = max(self._history.first, first - _frames(self._settings.preroll_ms))
        self._history.forget(start)
        self._utterance = Utterance(
            start=start,
            segment_start=start,
            speech_end=self._next,
            looked_at=self._next,
            voiced=self._run,
        )
        yield SpeechStarted(start * FRAME_MS)

    def _speaking(self, utterance: Utterance, voiced: bool) -> Iterator[SpeechEvent]:
        if voiced:
            utterance.speak_on(self._next)
        left = _frames(self._settings.hangover_ms) - (self._next - utterance.speech_end)
        if left <= 0:
            yield from self._close(utterance)
            return
        if self._next - utterance.segment_start >= self._longest:
            yield self._cut(utterance, self._quietest(utterance))
        elif voiced and self._is_interim_due(utterance):
            utterance.looked_at = self._next
            start = max(utterance.segment_start, self._next - self._interim_window)
            yield self._segment(utterance, start, self._next, final=False)
        elif not voiced and left == self._lead and utterance.has_segment(self._least):
            utterance.expected = self._final(utterance, utterance.speech_end)
            yield SegmentExpected(utterance.expected)

    def _is_interim_due(self, utterance: Utterance) -> bool:
        return bool(
            self.interim_ms
            and self._next - utterance.looked_at >= _frames(self.interim_ms)
            and utterance.voiced >= self._least
        )

    def _close(self, utterance: Utterance) -> Iterator[SpeechEvent]:
        self._utterance = None
        end = utterance.speech_end
        start_ms, end_ms = utterance.start * FRAME_MS, end * FRAME_MS
        if utterance.is_too_short(self._least):
            event: SpeechEvent = SpeechDiscarded(start_ms, end_ms, "too_short")
        else:
            if utterance.has_segment(self._least):
                yield self._final(utterance, end)
            else:  # nothing but silence since the last cut
                end_ms = utterance.segment_start * FRAME_MS
            event = SpeechEnded(start_ms, end_ms)
        self._history.forget(max(end, utterance.segment_start, self._next - self._keep))
        yield event

    def _cut(self, utterance: Utterance, at: int) -> Segment:
        segment = self._final(utterance, at)
        utterance.cut(at, self._next)
        self._history.forget(at)
        return segment

    def _quietest(self, utterance: Utterance) -> int:
        """The frame to cut at: the middle of the quietest stretch of the segment's second half."""
        half = utterance.segment_start + self._longest // 2
        end = utterance.segment_start + self._longest
        return self._history.quietest(half, end, CUT_SPAN_MS // FRAME_MS)

    def _final(self, utterance: Utterance, end: int) -> Segment:
        """The segment under way up to `end`; one that was expected is not measured again."""
        expected = utterance.expected
        if expected and expected.end_ms == end * FRAME_MS:
            return replace(expected, noise_db=self._floor)
        return self._segment(utterance, utterance.segment_start, end, final=True)

    def _segment(self, utterance: Utterance, start: int, end: int, *, final: bool) -> Segment:
        stretch = self._history.stretch(start, end)
        return Segment(
            utterance_ms=utterance.start * FRAME_MS,
            index=utterance.index,
            start_ms=start * FRAME_MS,
            end_ms=end * FRAME_MS,
            pcm=stretch.pcm,
            final=final,
            voiced_ms=stretch.voiced * FRAME_MS,
            level_db=stretch.level_db,
            noise_db=self._floor,
            clipped=stretch.clipped,
        )


def _frames(ms: int) -> int:
    """Whole frames in a duration, rounded up."""
    return -(-ms // FRAME_MS)
