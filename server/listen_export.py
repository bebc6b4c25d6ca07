"""A live session written in the format of another tool."""

from __future__ import annotations

import io

from annotation import About, Annotation, Format, Segment
from server.export import about_now, segment_of
from server.export_output import Output
from server.listen_view import View
from server.protocol import Ack, Emotion, ServerMessage, SessionClosed, SessionCreated


class ExportView:
    """Final verdicts as rows while they come, or, where a format has to know the whole, at the
    end, however that comes.

    Args:
        form: to write.
        output: where to.
        source: what is listened to.
    """

    def __init__(self, form: Format, output: Output, source: str) -> None:
        self._format = form
        self._output = output
        self._source = source
        self._about: About | None = None
        self._segments: list[Segment] = []
        self._audio_ms = 0

    def begin(self, created: SessionCreated, url: str) -> None:
        """Open the file, so that it is not after an hour that it cannot be written.

        Raises:
            CommandError: it cannot.
        """
        del url
        about = about_now(self._source, created.model)
        self._output.write(self._format.rows.begin(about) if self._format.rows else "")
        self._about = about

    def show(self, message: ServerMessage) -> None:
        """Keep a final verdict, and write its row."""
        match message:
            case Emotion(final=True):
                self._add(segment_of(message))
            case Ack() | SessionClosed():
                self._audio_ms = max(self._audio_ms, message.audio_ms)

    def end(self) -> None:
        """Write what is not written yet."""
        if self._about is not None and self._format.rows is None:
            annotation = Annotation.gather(self._about, self._audio_ms, self._segments)
            self._output.write(self._format.write(annotation))
        self._output.close()

    def _add(self, segment: Segment) -> None:
        if self._about is None or self._format.rows is None:
            self._segments.append(segment)
        else:
            self._output.write(self._format.rows.row(self._about, segment))


class Views:
    """Several views of one session."""

    def __init__(self, *views: View) -> None:
        self._views = views

    def begin(self, created: SessionCreated, url: str) -> None:
        """The session has started."""
        for view in self._views:
            view.begin(created, url)

    def show(self, message: ServerMessage) -> None:
        """A message came."""
        for view in self._views:
            view.show(message)

    def end(self) -> None:
        """There will be no more."""
        for view in self._views:
            view.end()


class Nowhere(io.StringIO):
    """A stream that keeps nothing."""

    def write(self, text: str, /) -> int:
        """Forget it."""
        return len(text)
