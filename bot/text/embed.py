"""Sentences to vectors: all-MiniLM-L6-v2 in int8, 384 floats of unit length.

Both interpreters run this file on the same model file. Heavy imports happen when an encoder is made, so that
importing the package costs nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, List, Sequence, Set, Tuple

from bot.text.normalise import clean

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

DIMENSION = 384
MAX_TOKENS = 256
MODEL_FILE = "model.int8.onnx"
TOKENIZER_FILE = "tokenizer.json"
MANIFEST_FILE = "manifest.json"


class ModelMissing(Exception):
    """The folder does not hold a built model; the message says how to build it."""


class SentenceEncoder:
    """``folder`` is what ``bot.text.model.build`` made. ``threads`` bounds onnxruntime's pool for one call."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        manifest = folder / MANIFEST_FILE
        if not manifest.is_file():
            raise ModelMissing(f"No sentence model in {folder}: run `python -m bot.text.model --out {folder}`.")
        import onnxruntime
        from tokenizers import Tokenizer

        self.model_sha256: str = json.loads(manifest.read_text())["model_sha256"]
        self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / MODEL_FILE), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def whole_words(self) -> Set[str]:
        """The words that the model knows as one piece."""
        pieces: List[str] = list(self._tokenizer.get_vocab())
        return {piece for piece in pieces if piece.isalpha()}

    def encode(self, texts: Sequence[str], batch_size: int = 1) -> npt.NDArray[np.float32]:
        """Vectors of ``texts`` in their order, shape ``(n, 384)``, float32, unit length.

        With ``batch_size`` 1 a text has the same vector whatever stands beside it. Dynamic quantisation takes its
        scale from the whole batch, so a larger batch is faster in bulk (about half the time) and moves vectors by as
        much as the quantisation itself does (a cosine of about 0.99).
        Only the first 256 tokens of a text are read.
        """
        return self._run(["sentence"], texts, batch_size)[0]

    def encode_twice(
        self, texts: Sequence[str], batch_size: int = 1
    ) -> Tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """``encode`` and, from the same run, the pooled third layer, nearer to the words; both ``(n, 384)``."""
        sentence, shallow = self._run(["sentence", "shallow"], texts, batch_size)
        return sentence, shallow

    def knows(self, word: str) -> bool:
        """Whether the model has ``word`` whole in its vocabulary: it was common where the model learnt."""
        return self._tokenizer.token_to_id(word.lower()) is not None

    def _run(self, outputs: List[str], texts: Sequence[str], batch_size: int) -> List[npt.NDArray[np.float32]]:
        import numpy as np

        found = [np.zeros((len(texts), DIMENSION), dtype=np.float32) for _ in outputs]
        encodings: List[Any] = self._tokenizer.encode_batch([clean(text) or "." for text in texts])
        order = sorted(range(len(texts)), key=lambda index: len(encodings[index].ids))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            width = max(len(encodings[row].ids) for row in rows)
            ids = np.zeros((len(rows), width), dtype=np.int64)
            mask = np.zeros((len(rows), width), dtype=np.int64)
            for at, row in enumerate(rows):
                length = len(encodings[row].ids)
                ids[at, :length] = encodings[row].ids
                mask[at, :length] = 1
            positions = np.arange(width, dtype=np.int64)[None, :]
            feeds = {"input_ids": ids, "attention_mask": mask, "position_ids": positions}
            for vectors, made in zip(found, self._session.run(outputs, feeds), strict=True):
                vectors[rows] = made
        return found
