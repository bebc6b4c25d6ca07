"""What the file names of published corpora say: emotion, speaker, sex. Pure functions of a path.

A name that does not fit its corpus's rule gives None: somebody's notes, a renamed file, another
corpus. A name that fits but is not to be learned from raises `UnfitNameError` with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from training.corpus_recording import Sex
from training.emotion_words import emotion_word
from training.manifest import ManifestError


class UnfitNameError(ManifestError):
    """The name fits the rule and says that this is no recording to learn from. Readers catch it."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a file name says.

    Attributes:
        emotion: in our spelling.
        speaker: as the corpus calls them.
        sex: empty where the name and the publisher's list do not tell.
        take: what tells the speaker's recordings apart.
    """

    emotion: str
    speaker: str
    sex: Sex
    take: str


def ravdess(path: PurePath) -> Named | None:
    """Read ``modality-channel-emotion-intensity-statement-repetition-actor``; women are even.

    Source: "File naming convention" at https://zenodo.org/records/1188976 (Livingstone & Russo,
    2018). Sung recordings (channel 02) are left out: this is about speech.

    Examples:
        >>> ravdess(PurePath("Actor_12/03-01-06-01-02-01-12.wav"))
        Named(emotion='fearful', speaker='12', sex='F', take='03-01-06-01-02-01-12')
        >>> ravdess(PurePath("03-02-06-01-02-01-12.wav"))
        Traceback (most recent call last):
        training.name_rules.UnfitNameError: singing, not speech
    """
    match = re.fullmatch(r"0[13]-(0[12])-(0[1-8])-0[12]-0[12]-0[12]-([01]\d|2[0-4])", path.stem)
    if not match or match[3] == "00":
        return None
    if match[1] == "02":
        raise UnfitNameError("singing, not speech")
    emotion = _RAVDESS[int(match[2]) - 1]
    return Named(emotion, match[3], "M" if int(match[3]) % 2 else "F", path.stem)


_RAVDESS: Final = (
    "neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised",
)  # fmt: skip


def cremad(path: PurePath) -> Named | None:
    """Read ``actor_sentence_emotion_level``; the label is what the actor was asked for.

    Source: "Filename labeling conventions" at https://github.com/CheyneyComputerScience/CREMA-D,
    sexes from its ``VideoDemographics.csv``. One published file ends in X for XX.

    Examples:
        >>> cremad(PurePath("AudioWAV/1001_DFA_ANG_XX.wav"))
        Named(emotion='angry', speaker='1001', sex='M', take='1001_DFA_ANG_XX')
        >>> cremad(PurePath("1040_ITH_SAD_X.wav")).emotion
        'sad'
    """
    match = re.fullmatch(r"(10\d\d)_[A-Z]{3}_(ANG|DIS|FEA|HAP|NEU|SAD)_(?:LO|MD|HI|XX?)", path.stem)
    if not match or not 1001 <= int(match[1]) <= 1091:
        return None
    sex: Sex = "F" if int(match[1]) in _CREMAD_WOMEN else "M"
    return Named(emotion_word(match[2]), match[1], sex, path.stem)


_CREMAD_WOMEN: Final = frozenset(
    {
        1002, 1003, 1004, 1006, 1007, 1008, 1009, 1010, 1012, 1013, 1018, 1020, 1021, 1024, 1025,
        1028, 1029, 1030, 1037, 1043, 1046, 1047, 1049, 1052, 1053, 1054, 1055, 1056, 1058, 1060,
        1061, 1063, 1072, 1073, 1074, 1075, 1076, 1078, 1079, 1082, 1084, 1089, 1091,
    }
)  # fmt: skip


def tess(path: PurePath) -> Named | None:
    """Read ``speaker_word_emotion``: an older and a younger woman; ps is a pleasant surprise.

    Source: https://doi.org/10.5683/SP2/E8H2MF (Pichora-Fuller & Dupuis, 2020). Copies of it hold
    one file that is called OA for OAF.

    Examples:
        >>> tess(PurePath("YAF_pleasant_surprised/YAF_back_ps.wav"))
        Named(emotion='surprised', speaker='YAF', sex='F', take='back_surprised')
        >>> tess(PurePath("OA_bite_neutral.wav")).speaker
        'OAF'
    """
    match = re.fullmatch(
        r"(OAF?|YAF)_([a-z]+)_(angry|disgust|fear|happy|neutral|ps|sad)", path.stem, re.IGNORECASE
    )
    if not match:
        return None
    emotion = emotion_word(match[3])
    speaker = "YAF" if match[1].upper() == "YAF" else "OAF"
    return Named(emotion, speaker, "F", f"{match[2].lower()}_{emotion}")


def savee(path: PurePath) -> Named | None:
    """Read ``DC/a01`` (as published) or ``DC_a01`` (as in copies): one of four men, what, which.

    Source: ``AudioData/Info.txt`` of the corpus, http://kahlan.eps.surrey.ac.uk/savee/.

    Examples:
        >>> savee(PurePath("AudioData/JK/sa03.wav"))
        Named(emotion='sad', speaker='JK', sex='M', take='sa03')
        >>> savee(PurePath("ALL/DC_su15.wav")).emotion
        'surprised'
    """
    name = path.stem if "_" in path.stem else f"{path.parent.name}_{path.stem}"
    match = re.fullmatch(r"(DC|JE|JK|KL)_((a|d|f|h|n|sa|su)\d\d)", name)
    return Named(_SAVEE[match[3]], match[1], "M", match[2]) if match else None


_SAVEE: Final = MappingProxyType(
    {
        "a": "angry", "d": "disgust", "f": "fearful", "h": "happy", "n": "neutral", "sa": "sad",
        "su": "surprised",
    }
)  # fmt: skip


def emodb(path: PurePath) -> Named | None:
    """Read ``03a01Fa``: speaker, text, the first letter of the emotion's German name, version.

    Source: http://emodb.bilderbar.info/index-1280.html (Burkhardt et al., 2005), which lists the
    speakers' sexes too. L (Langeweile) is boredom.

    Examples:
        >>> emodb(PurePath("wav/03a01Fa.wav"))
        Named(emotion='happy', speaker='03', sex='M', take='03a01Fa')
        >>> emodb(PurePath("08b09Lc.wav")).emotion
        'boredom'
    """
    match = re.fullmatch(r"(03|08|09|1[0-6])[ab]\d\d([WLEAFTN])[a-z]?", path.stem)
    if not match:
        return None
    sex: Sex = "F" if match[1] in {"08", "09", "13", "14", "16"} else "M"
    return Named(_EMODB[match[2]], match[1], sex, path.stem)


_EMODB: Final = MappingProxyType(
    {
        "W": "angry", "L": "boredom", "E": "disgust", "A": "fearful", "F": "happy", "T": "sad",
        "N": "neutral",
    }
)  # fmt: skip


def nemo(path: PurePath) -> Named | None:
    """Read ``speaker_emotion_sentence``.

    Source: "Data Fields" at https://huggingface.co/datasets/amu-cai/nEMO (Christop, 2024); sexes
    from the ``data.tsv`` of https://github.com/amu-cai/nEMO.

    Examples:
        >>> nemo(PurePath("samples/WR0_surprised_64.wav"))
        Named(emotion='surprised', speaker='WR0', sex='M', take='WR0_surprised_64')
    """
    match = re.fullmatch(
        r"([A-Z]{2}\d)_(anger|fear|happiness|neutral|sadness|surprised)_\d+", path.stem
    )
    if not match:
        return None
    return Named(emotion_word(match[2]), match[1], _NEMO.get(match[1], ""), path.stem)


_NEMO: Final[Mapping[str, Sex]] = MappingProxyType(
    {
        "EB0": "F", "IC0": "F", "KD0": "F", "KS0": "M", "MK0": "F", "MP0": "M", "SM0": "M",
        "TP0": "M", "WR0": "M",
    }
)  # fmt: skip


def ased(path: PurePath) -> Named | None:
    """Read ``a5-03-01-02-50``: emotion and its folder, sentence, repetition, sex, speaker.

    Source: "Organization the Database" at https://github.com/Ethio2021/ASED_V1 (Retta et al.,
    2022). Five files give a woman the number of men; the manifest goes by most of a speaker's.

    Examples:
        >>> ased(PurePath("05Angry/a5-03-01-02-50.wav"))
        Named(emotion='angry', speaker='50', sex='M', take='a5-03-01-02-50')
    """
    match = re.fullmatch(r"(n1|f2|h3|s4|a5)-\d\d-\d\d-(0[12])-(\d\d)", path.stem)
    if not match:
        return None
    return Named(_ASED[match[1]], match[3], "F" if match[2] == "01" else "M", path.stem)


_ASED: Final = MappingProxyType(
    {"n1": "neutral", "f2": "fearful", "h3": "happy", "s4": "sad", "a5": "angry"}
)


def urdu(path: PurePath) -> Named | None:
    """Read ``SM1_F10_A010``: sex and number of the speaker, their file, emotion and its number.

    Source: https://github.com/siddiquelatif/URDU-Dataset (Latif et al., 2018). It says that there
    are 38 speakers; the names tell 29 apart. Equal names are taken for one person, which at worst
    keeps two people in one split.

    Examples:
        >>> urdu(PurePath("Angry/SM1_F10_A010.wav"))
        Named(emotion='angry', speaker='SM1', sex='M', take='SM1_F10_A010')
    """
    match = re.fullmatch(r"(S([MF])\d+)_F\d+_([AHNS])\d+", path.stem)
    if not match:
        return None
    return Named(_URDU[match[3]], match[1], "F" if match[2] == "F" else "M", path.stem)


_URDU: Final = MappingProxyType({"A": "angry", "H": "happy", "N": "neutral", "S": "sad"})


@dataclass(frozen=True, slots=True)
class NameRule:
    """How one corpus names its files.

    Attributes:
        read: what a path says.
        language: that is spoken.
        example: of a name, for messages.
    """

    read: Callable[[PurePath], Named | None]
    language: str
    example: str


NAME_RULES: Final[Mapping[str, NameRule]] = MappingProxyType(
    {
        "ravdess": NameRule(ravdess, "en-US", "03-01-06-01-02-01-12"),
        "cremad": NameRule(cremad, "en-US", "1001_DFA_ANG_XX"),
        "tess": NameRule(tess, "en-CA", "OAF_back_angry"),
        "savee": NameRule(savee, "en-GB", "DC_a01, or DC/a01"),
        "emodb": NameRule(emodb, "de", "03a01Fa"),
        "nemo": NameRule(nemo, "pl", "WR0_anger_64"),
        "ased": NameRule(ased, "am", "a5-03-01-02-50"),
        "urdu": NameRule(urdu, "ur", "SM1_F10_A010"),
    }
)
"""By the corpus's name in a manifest and on the command line."""
