import csv
import doctest
from collections import Counter, defaultdict
from pathlib import Path, PurePath

import pytest

from tests.training.corpus_tree import TREES
from training import name_rules
from training.name_rules import NAME_RULES, UnfitNameError

SPEECH = Path(__file__).parents[3] / "shared/data/speech.csv"


def test_examples() -> None:
    assert doctest.testmod(name_rules).failed == 0


@pytest.mark.parametrize("corpus", NAME_RULES)
def test_a_rule_reads_its_own_corpus_and_no_other(corpus: str) -> None:
    for other, names in TREES.items():
        for name in names:
            assert bool(NAME_RULES[corpus].read(PurePath(name))) == (other == corpus), name


@pytest.mark.parametrize(
    ("corpus", "name"),
    [
        ("ravdess", "03-01-09-01-01-01-01"),  # no ninth emotion
        ("ravdess", "03-01-01-01-01-01-25"),  # 24 actors
        ("ravdess", "03-01-01-01-01-01-00"),
        ("ravdess", "02-01-01-01-01-01-01"),  # video without sound
        ("ravdess", "03-01-01-01-01-01"),
        ("cremad", "1092_DFA_ANG_XX"),
        ("cremad", "1000_DFA_ANG_XX"),
        ("cremad", "1001_DFA_SUR_XX"),
        ("tess", "OAF_back"),
        ("tess", "OAF_back_surprised"),
        ("savee", "DC/b01"),
        ("savee", "XY/a01"),
        ("savee", "a01"),
        ("emodb", "03a01Xa"),
        ("emodb", "04a01Wa"),
        ("nemo", "WR0_boredom_1"),
        ("nemo", "data"),
        ("ased", "a3-01-01-01-01"),  # anger is folder 5
        ("ased", "a5-01-01-03-01"),
        ("urdu", "SX1_F1_A01"),
        ("urdu", "SM1_F1_B01"),
    ],
)
def test_what_does_not_fit_gives_nothing(corpus: str, name: str) -> None:
    assert NAME_RULES[corpus].read(PurePath(f"{name}.wav")) is None


def test_songs_are_no_speech() -> None:
    with pytest.raises(UnfitNameError, match="singing"):
        name_rules.ravdess(PurePath("03-02-05-01-01-01-01.wav"))


def test_actors_sexes() -> None:
    table = (  # of VideoDemographics.csv, actors 1001 to 1091
        "M FFF M FFFFF M FF MMMM F M FF MM FF MM FFF MMMMMM F MMMMM F MM FF M F MM FFFFF M F M FF "
        "M F MMMMMMMM FFFFF M FF MM F M F MMMM F M F"
    )
    named = [name_rules.cremad(PurePath(f"{n}_IEO_SAD_LO.wav")) for n in range(1001, 1092)]
    assert "".join(one.sex for one in named if one) == table.replace(" ", "")
    named = [name_rules.ravdess(PurePath(f"03-01-01-01-01-01-{n:02}.wav")) for n in range(1, 25)]
    assert "".join(one.sex for one in named if one) == "MF" * 12


@pytest.mark.skipif(not SPEECH.exists(), reason="needs ../shared/data")
def test_rules_say_what_speech_csv_says_of_each_of_its_files() -> None:
    people: dict[str, set[str]] = defaultdict(set)
    sexes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    told: dict[tuple[str, str], str] = {}
    with SPEECH.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        named = NAME_RULES[row["corpus"]].read(PurePath(row["path"]))
        assert named, row
        assert named.emotion.replace("boredom", "other") == row["emotion"], row
        assert NAME_RULES[row["corpus"]].language == row["language"]
        people[row["speaker"]].add(named.speaker)
        sexes[row["corpus"], named.speaker][named.sex] += 1
        told[row["corpus"], named.speaker] = row["sex"]
    assert len(rows) > 12000
    assert all(len(names) == 1 for names in people.values())  # nobody has two names
    assert len(people) == len(sexes)  # nor two people one
    assert {who: count.most_common(1)[0][0] for who, count in sexes.items()} == told
