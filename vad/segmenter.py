"""The segmenter: a state machine over frames, from PCM in any chunks to speech events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vad.detector import Detector
from vad.events import Segment, SpeechDiscarded, SpeechEnded, SpeechEvent, SpeechStarted
from vad.level import SILENCE_DB, clipped_share, rms_db
from vad.settings import VadSettings

FRAME_MS = 20
CUT_SPAN_MS = 60
"""A forced cut falls in the middle of the quietest stretch of this length: one quiet frame may be
a stop consonant, three are a gap."""


class PcmError(ValueError):
    """PCM that is not a whole number of 16-bit samples."""


@dataclass(slots=True)
class _Frame:
    level_db: float
    voiced: bool


@dataclass(slots=True)
class _Utterance:
    """The utterance under way. Frame numbers count from the start of the stream."""

    start: int
    segment_start: int
    speech_end: int  # one past the last voiced frame
    looked_at: int  # the frame at which the last interim was due
    voiced: int = 0
    index: int = 0  # of the segment that is growing


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
        start_ms: int = 0,
    ) -> None:
        self._settings = settings or VadSettings()
        self._detector = Detector(sample_rate, FRAME_MS, self._settings.aggressiveness)
        self._rate = sample_rate
        self._frame_bytes = sample_rate * FRAME_MS // 1000 * 2
        self.interim_ms = interim_ms
        self._interim_window = interim_window_ms // FRAME_MS
        self._pending = bytearray()  # less than one frame
        self._audio = bytearray()  # whole frames, from frame `_base` on
        self._frames: list[_Frame] = []  # beside `_audio`
        self._base = self._next = start_ms // FRAME_MS
        self._run = 0  # voiced frames without a break, up to now
        self._utterance: _Utterance | None = None

    @property
    def settings(self) -> VadSettings:
        """The settings in force; assign to change them from the next frame on."""
        return self._settings

    @settings.setter
    def settings(self, settings: VadSettings) -> None:
        self._detector.set_aggressiveness(settings.aggressiveness)
        self._settings = settings

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
        return max(self._base, self._next - self._keep) * FRAME_MS

    @property
    def growing(self) -> tuple[int, int] | None:
        """Utterance (its start, ms) and index of the segment under way, None in silence."""
        current = self._utterance
        return (current.start * FRAME_MS, current.index) if current else None

    @property
    def noise_db(self) -> float:
        """The noise floor, dBFS."""
        return self._detector.noise_db

    @property
    def _keep(self) -> int:
        """Frames before the current one that a new utterance may reach back to."""
        settings = self._settings
        return _frames(settings.preroll_ms) + _frames(settings.onset_ms)

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
        self._pending += pcm
        whole = len(self._pending) // self._frame_bytes * self._frame_bytes
        fresh = bytes(self._pending[:whole])
        del self._pending[:whole]
        return list(self._advance(fresh))

    def flush(self) -> list[SpeechEvent]:
        """End the utterance under way, as if its pause had come. The clock goes on."""
        self._run = 0
        return list(self._close(self._utterance)) if self._utterance else []

    def _advance(self, fresh: bytes) -> Iterator[SpeechEvent]:
        if not fresh:
            return
        size = self._frame_bytes
        view = memoryview(fresh)
        levels = rms_db(np.frombuffer(fresh, "<i2").reshape(-1, size // 2))
        for i, level in enumerate(levels.tolist()):
            frame = view[i * size : (i + 1) * size]
            voiced = self._detector.is_speech(frame, level)
            self._audio += frame
            self._frames.append(_Frame(level, voiced))
            self._next += 1
            self._run = self._run + 1 if voiced else 0
            if self._utterance is None:
                yield from self._idle()
            else:
                yield from self._speaking(self._utterance, voiced)

    def _idle(self) -> Iterator[SpeechEvent]:
        onset = _frames(self._settings.onset_ms)
        if self._run < onset:
            self._forget(self._next - self._keep)
            return
        first = self._next - self._run
        start = max(self._base, first - _frames(self._settings.preroll_ms))
        self._forget(start)
        self._utterance = _Utterance(
            start=start,
            segment_start=start,
            speech_end=self._next,
            looked_at=self._next,
            voiced=self._run,
        )
        yield SpeechStarted(start * FRAME_MS)

    def _speaking(self, utterance: _Utterance, voiced: bool) -> Iterator[SpeechEvent]:
        if voiced:
            utterance.voiced += 1
            utterance.speech_end = self._next
        elif self._next - utterance.speech_end >= _frames(self._settings.hangover_ms):
            yield from self._close(utterance)
            return
        if self._next - utterance.segment_start >= self._longest:
            yield self._cut(utterance, self._quietest(utterance))
        elif voiced and self._is_interim_due(utterance):
            utterance.looked_at = self._next
            start = max(utterance.segment_start, self._next - self._interim_window)
            yield self._segment(utterance, start, self._next, final=False)

    def _is_interim_due(self, utterance: _Utterance) -> bool:
        return bool(
            self.interim_ms
            and self._next - utterance.looked_at >= _frames(self.interim_ms)
            and utterance.voiced >= _frames(self._settings.min_speech_ms)
        )

    def _close(self, utterance: _Utterance) -> Iterator[SpeechEvent]:
        self._utterance = None
        end = utterance.speech_end
        start_ms, end_ms = utterance.start * FRAME_MS, end * FRAME_MS
        if utterance.index == 0 and utterance.voiced < _frames(self._settings.min_speech_ms):
            event: SpeechEvent = SpeechDiscarded(start_ms, end_ms, "too_short")
        else:
            if end > utterance.segment_start:
                yield self._segment(utterance, utterance.segment_start, end, final=True)
            else:  # nothing but silence since the last cut
                end_ms = utterance.segment_start * FRAME_MS
            event = SpeechEnded(start_ms, end_ms)
        self._forget(max(end, utterance.segment_start, self._next - self._keep))
        yield event

    def _cut(self, utterance: _Utterance, at: int) -> Segment:
        segment = self._segment(utterance, utterance.segment_start, at, final=True)
        utterance.segment_start = at
        utterance.looked_at = self._next
        utterance.index += 1
        self._forget(at)
        return segment

    def _quietest(self, utterance: _Utterance) -> int:
        """The frame to cut at: the middle of the quietest stretch of the segment's second half."""
        span = CUT_SPAN_MS // FRAME_MS
        start = utterance.segment_start - self._base
        half = start + self._longest // 2
        levels = [f.level_db for f in self._frames[half : start + self._longest]]
        smooth = np.convolve(levels, np.ones(span), mode="valid")
        return self._base + half + int(np.argmin(smooth)) + (span + 1) // 2

    def _segment(self, utterance: _Utterance, start: int, end: int, *, final: bool) -> Segment:
        first, last = start - self._base, end - self._base
        pcm = bytes(self._audio[first * self._frame_bytes : last * self._frame_bytes])
        frames = self._frames[first:last]
        power = [10 ** (f.level_db / 10) for f in frames if f.voiced]
        return Segment(
            utterance_ms=utterance.start * FRAME_MS,
            index=utterance.index,
            start_ms=start * FRAME_MS,
            end_ms=end * FRAME_MS,
            pcm=pcm,
            final=final,
            voiced_ms=len(power) * FRAME_MS,
            level_db=10 * float(np.log10(np.mean(power))) if power else SILENCE_DB,
            noise_db=self._detector.noise_db,
            clipped=clipped_share(np.frombuffer(pcm, "<i2")),
        )

    def _forget(self, before: int) -> None:
        """Drop the audio of the frames before this one; nothing reaches back behind it again."""
        count = before - self._base
        if count > 0:
            del self._audio[: count * self._frame_bytes]
            del self._frames[:count]
            self._base = before


def _frames(ms: int) -> int:
    """Whole frames in a duration, rounded up."""
    return -(-ms // FRAME_MS)
