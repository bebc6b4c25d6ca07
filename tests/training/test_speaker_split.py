import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.manifest import EMOTIONS, SPLITS, ManifestError, Split
from training.speaker_split import LEAST_SPEAKERS, Shares, Speaker, split_speakers


def people(count: int, clips: int = 10) -> dict[str, Speaker]:
    return {
        f"p{i:02}": Speaker(Counter(dict.fromkeys(EMOTIONS, clips)), "F" if i % 2 else "M")
        for i in range(count)
    }


speakers = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.builds(
        Speaker,
        st.dictionaries(st.sampled_from(EMOTIONS), st.integers(1, 9), min_size=1).map(Counter),
        st.sampled_from(("F", "M", "")),
        st.sampled_from((SPLITS, SPLITS, ("train",), ("test",), ("train", "validation"))),
    ),
    min_size=1,
    max_size=12,
)
shares = st.sampled_from([Shares(), Shares(0, 0.3), Shares(0.2, 0), Shares(0, 0), Shares(0.3, 0.2)])


@settings(max_examples=12, deadline=None)
@given(speakers, shares, st.text(max_size=3), st.randoms(use_true_random=False))
def test_each_speaker_has_one_allowed_split_whatever_the_order(
    corpus: dict[str, Speaker], held: Shares, seed: str, order: random.Random
) -> None:
    found = split_speakers(corpus, held, seed)
    assert found.keys() == corpus.keys()
    for name, split in found.items():
        allowed = corpus[name].allowed
        assert split in allowed
        if len(allowed) > 1:
            assert held.of(split) > 0  # a share of nothing stays empty
            assert split == "train" or len(corpus) >= LEAST_SPEAKERS
    shuffled = list(corpus.items())
    order.shuffle(shuffled)
    assert split_speakers(dict(shuffled), held, seed) == found


@pytest.mark.parametrize("count", [4, 5, 10, 24, 91])
@pytest.mark.parametrize("seed", ["1", "2"])
def test_every_split_has_every_emotion_both_sexes_and_its_share(count: int, seed: str) -> None:
    corpus = people(count)
    found = split_speakers(corpus, Shares(), seed)
    for split in SPLITS:
        have = [corpus[name] for name, at in found.items() if at == split]
        assert sum((speaker.clips for speaker in have), Counter()).keys() == set(EMOTIONS)
        assert abs(len(have) - count * Shares().of(split)) <= (1.5 if count > 5 else 2)
        if count >= 24:
            women = sum(speaker.sex == "F" for speaker in have)
            assert abs(women / len(have) - 0.5) <= 0.17


@pytest.mark.parametrize("seed", range(5))
def test_the_few_who_have_a_scarce_emotion_are_shared_out(seed: int) -> None:
    corpus = people(40)
    rare = ("p03", "p17", "p31")
    for name, speaker in corpus.items():
        if name not in rare:
            del speaker.clips["disgust"]
    found = split_speakers(corpus, Shares(), str(seed))
    assert {found[name] for name in rare} == set(SPLITS)
    # One of two is learned from; if there is just one, nothing else can be done with them.
    del corpus["p03"].clips["disgust"]
    found = split_speakers(corpus, Shares(), str(seed))
    assert "train" in {found["p17"], found["p31"]}
    del corpus["p17"].clips["disgust"]
    assert split_speakers(corpus, Shares(), str(seed))["p31"] == "train"


def test_speakers_of_unequal_size_are_weighed_by_their_clips() -> None:
    corpus = people(20, clips=2) | {"much": Speaker(Counter(dict.fromkeys(EMOTIONS, 60)))}
    found = split_speakers(corpus, Shares(), "1")
    total = sum(speaker.clips.total() for speaker in corpus.values())
    assert found["much"] == "train"
    for split in ("validation", "test"):
        clips = sum(corpus[n].clips.total() for n, at in found.items() if at == split)
        assert abs(clips / total - 0.15) < 0.03


def test_seeds_differ_and_are_the_same_everywhere() -> None:
    found = {seed: split_speakers(people(24), Shares(), seed) for seed in ("1:x", "2:x")}
    assert found["1:x"] != found["2:x"]
    assert [n for n, at in found["1:x"].items() if at == "test"] == ["p00", "p07", "p17", "p18"]


def test_few_speakers_are_learned_from_unless_the_corpus_says_otherwise() -> None:
    assert set(split_speakers(people(LEAST_SPEAKERS - 1), Shares(), "1").values()) == {"train"}
    corpus = people(2)
    corpus["p01"].allowed = ("test",)
    assert split_speakers(corpus, Shares(), "1") == {"p00": "train", "p01": "test"}


def test_what_a_corpus_decided_stays_and_the_rest_is_filled_up() -> None:
    corpus = people(12)
    fixed: dict[str, Split] = {"p00": "test", "p01": "test", "p02": "test"}
    for name, speaker in corpus.items():
        speaker.allowed = (fixed[name],) if name in fixed else ("train", "validation")
    found = split_speakers(corpus, Shares(), "1")
    assert {name for name, at in found.items() if at == "test"} == fixed.keys()
    assert sum(at == "validation" for at in found.values()) == 2


@pytest.mark.parametrize(("validation", "test"), [(-0.1, 0.2), (0.2, -0.1), (0.3, 0.3)])
def test_impossible_shares(validation: float, test: float) -> None:
    with pytest.raises(ManifestError, match="train keeps at least half"):
        Shares(validation, test)
