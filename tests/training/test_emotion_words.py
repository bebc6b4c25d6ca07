import doctest

import pytest

from training import emotion_words
from training.emotion_words import EmotionRule, emotion_word
from training.manifest import EMOTIONS, ManifestError


def test_examples() -> None:
    assert doctest.testmod(emotion_words).failed == 0


def test_the_six_are_themselves_and_synonyms_count() -> None:
    rule = EmotionRule()
    assert [rule.label(word) for word in EMOTIONS] == list(EMOTIONS)
    nouns = ("anger", "disgusted", "Fear", "happiness", "NEU", "sadness")
    assert [rule.label(emotion_word(word)) for word in nouns] == list(EMOTIONS)


def test_calm_is_neutral_and_surprised_is_dropped_unless_said_otherwise() -> None:
    rule = EmotionRule()
    assert (rule.label("calm"), rule.label("surprised")) == ("neutral", None)
    assert rule.why_not("surprised") == "dropped: surprised"
    assert rule.why_not("boredom") == "no emotion of ours: boredom"

    other = EmotionRule({"Surprise": "Happy"}, ["Calm", "boredom"])
    assert (other.label("calm"), other.label("surprised")) == (None, "happy")
    assert other.why_not("calm") == "dropped: calm"
    assert EmotionRule({"calm": "sad"}).label("calm") == "sad"
    # What is not named keeps its default.
    assert EmotionRule({"boredom": "neutral"}).label("calm") == "neutral"
    assert EmotionRule({}, ["disgust"]).label("surprised") is None
    assert EmotionRule({}, ["disgust"]).label("disgust") is None


def test_there_is_no_seventh_emotion() -> None:
    with pytest.raises(ManifestError, match=r"cannot map surprised to surprised.*angry, disgust"):
        EmotionRule({"surprised": "surprised"})


def test_mapped_and_dropped_is_a_contradiction() -> None:
    with pytest.raises(ManifestError, match="calm: mapped and dropped"):
        EmotionRule({"calm": "neutral"}, ["calm"])
