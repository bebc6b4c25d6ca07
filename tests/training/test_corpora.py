import pytest

from training.corpora import CORPORA, describe, licence_lines, licence_text


@pytest.mark.parametrize("name", list(CORPORA))
def test_each_corpus_has_its_licence_in_both_texts(name: str) -> None:
    corpus = describe(name)
    assert corpus.licence in licence_lines([name])[-1]
    assert f"{corpus.title} ({corpus.content}): {corpus.licence}" in licence_text("m", [name])


def test_an_unknown_corpus_is_not_passed_over() -> None:
    assert "ask whoever published it" in licence_text("m", ["my-own"])


def test_the_licence_forbids_business_and_names_the_model() -> None:
    text = licence_text("mine", ["ravdess"])
    assert '"mine"' in text
    assert "non-commercial" in text
    assert "article 5(1)(f)" in text
