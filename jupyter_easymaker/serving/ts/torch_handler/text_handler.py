"""``TextHandler``: text made plain and cut into tokens, and the vocabulary beside the model."""

from __future__ import annotations

import re
import string
import unicodedata
from pathlib import Path
from typing import Any

import torch

from .base_handler import BaseHandler

_TAGS = re.compile(r"<.*?>")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORDS = re.compile(r"[\w']+|[^\w\s]")


def basic_english(text: str) -> list[str]:
    """Return the words and marks of a text, in lower case."""
    return _WORDS.findall(text.lower())


class TextHandler(BaseHandler):
    """Loads source_vocab.pt and has the steps by which text is cleaned."""

    def __init__(self) -> None:
        super().__init__()
        self.source_vocab: Any = None
        self.tokenizer: Any = basic_english
        self.input_text: str | None = None

    def initialize(self, context: Any) -> None:
        super().initialize(context)
        named = self.manifest["model"].get("sourceVocab")
        # A vocabulary is an object of some library's: more than tensors.
        self.source_vocab = torch.load(named or self.get_source_vocab_path(context), weights_only=False)

    def get_source_vocab_path(self, ctx: Any) -> str:
        path = Path(ctx.system_properties["model_dir"]) / "source_vocab.pt"
        if not path.is_file():
            raise FileNotFoundError("Missing the source_vocab.pt file, which text handlers need")
        return str(path)

    def _remove_accented_characters(self, text: str) -> str:
        return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()

    def _remove_html_tags(self, text: str) -> str:
        return _TAGS.sub("", text)

    def _remove_punctuation(self, text: str) -> str:
        return text.translate(_PUNCTUATION)

    def _remove_puncutation(self, text: str) -> str:
        """Spelled so in the original, and called so by handlers."""
        return self._remove_punctuation(text)

    def _tokenize(self, text: str) -> Any:
        return self.tokenizer(text)

    def get_word_token(self, input_tokens: list[str]) -> list[str]:
        return [token.replace("\u0120", "") for token in input_tokens]
