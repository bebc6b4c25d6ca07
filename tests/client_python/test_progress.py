from client_python.progress import Progress
from server.protocol import Ack, Resume, UtteranceEnded, UtteranceStarted
from tests.client_python.peer import emotion


def test_each_message_says_how_far_the_answers_go() -> None:
    progress = Progress()
    place = Resume(session_id="s", from_ms=0, answered_ms=0)
    assert progress.resume("s", 0) == place
    assert progress.take(Ack(audio_ms=900, keep_ms=400))
    assert (progress.answered_ms, progress.keep_ms) == (900, 400)
    assert progress.take(UtteranceStarted(utterance_id=1000, start_ms=1000))
    assert progress.resume("s", 400) == Resume(
        session_id="s", from_ms=400, answered_ms=1000, utterance_id=1000, segment=0
    )
    assert progress.take(emotion(1000, final=False, end_ms=1500))
    assert progress.answered_ms == 1000
    assert progress.take(emotion(1000, end_ms=1900))
    assert progress.resume("s", 400) == Resume(
        session_id="s", from_ms=400, answered_ms=1900, utterance_id=1000, segment=1
    )
    assert progress.take(UtteranceEnded(utterance_id=1000, end_ms=1900))
    assert progress.resume("s", 400) == Resume(session_id="s", from_ms=400, answered_ms=1900)
    assert progress.take(Ack(audio_ms=2500))
    assert (progress.answered_ms, progress.keep_ms) == (2500, 2500)


def test_what_a_leaving_server_ends_goes_on() -> None:
    progress = Progress()
    progress.take(UtteranceStarted(utterance_id=100, start_ms=100))
    ended = UtteranceEnded(utterance_id=100, end_ms=300, discarded="too_short", interrupted=True)
    assert not progress.take(ended)
    assert progress.resume("s", 0).utterance_id == 100
    assert (progress.answered_ms, progress.utterances) == (100, 1)


def test_totals_count_what_was_speech() -> None:
    progress = Progress()
    for start, discarded in ((0, None), (2000, "too_short")):
        progress.take(UtteranceStarted(utterance_id=start, start_ms=start))
        if not discarded:
            progress.take(emotion(start, end_ms=start + 700))
        progress.take(UtteranceEnded(utterance_id=start, end_ms=start + 700, discarded=discarded))
    closed = progress.closed("stopped", 5000)
    assert (closed.audio_ms, closed.speech_ms, closed.utterances, closed.segments) == (
        5000, 700, 1, 1,
    )  # fmt: skip
