"""``TextClassifier``: the class of a text by a model of word n-grams (an embedding bag)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import torch

from ..utils.util import PredictionException, map_class_to_label
from .text_handler import TextHandler

_CONTRACTIONS = [
    (re.compile(pattern, re.IGNORECASE), full)
    for pattern, full in (
        (r"\bcan't\b", "cannot"),
        (r"\bwon't\b", "will not"),
        (r"\bshan't\b", "shall not"),
        (r"\blet's\b", "let us"),
        (r"\by'all\b", "you all"),
        (r"n't\b", " not"),
        (r"\b(he|she|it|that|there|what|where|who|how|when|why)'s\b", r"\1 is"),
        (r"'re\b", " are"),
        (r"'ve\b", " have"),
        (r"'ll\b", " will"),
        (r"'d\b", " would"),
        (r"'m\b", " am"),
    )
]


def ngrams(tokens: list[str], longest: int) -> Iterator[str]:
    """Yield the tokens, then two in a row, ... up to ``longest`` in a row."""
    yield from tokens
    for size in range(2, longest + 1):
        for start in range(len(tokens) - size + 1):
            yield " ".join(tokens[start : start + size])


class TextClassifier(TextHandler):
    """Answers the probability of each class for each text."""

    ngrams = 2

    def _expand_contractions(self, text: str) -> str:
        for pattern, full in _CONTRACTIONS:
            text = pattern.sub(full, text)
        return text.replace("'", "")

    def preprocess(self, data: Any) -> Any:
        return [self._tensor(row, number) for number, row in enumerate(data)]

    def _tensor(self, row: Any, number: int) -> Any:
        text: Any = (row.get("data") or row.get("body")) if isinstance(row, dict) else row
        if isinstance(text, bytes | bytearray):
            text = text.decode(errors="replace")
        if not isinstance(text, str):
            raise PredictionException(f"instances[{number}] is no text.", 400)
        text = self._expand_contractions(self._remove_html_tags(text).lower())
        words = self._tokenize(self._remove_punctuation(self._remove_accented_characters(text)))
        numbers = [self._number(token) for token in ngrams(words, self.ngrams)]
        known = [each for each in numbers if each is not None]
        if not known:
            raise PredictionException(f"instances[{number}] has no word that the model knows.", 400)
        return torch.as_tensor(known, device=self.device)

    def _number(self, token: str) -> int | None:
        """Return a token's number, or that of unknown ones, None if the vocabulary has none for them."""
        vocabulary = self.source_vocab
        if isinstance(vocabulary, dict) and token not in vocabulary and not hasattr(vocabulary, "__missing__"):
            found: int | None = vocabulary.get("<unk>")
            return found
        return int(vocabulary[token])

    def inference(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        offsets = torch.as_tensor([0], device=self.device)
        return torch.cat([super(TextClassifier, self).inference(each, offsets) for each in data])

    def postprocess(self, data: Any) -> Any:
        return map_class_to_label(torch.nn.functional.softmax(data, dim=1).tolist(), self.mapping)
