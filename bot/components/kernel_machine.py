"""Regularised least squares in a Gaussian kernel over several views of a text, on landmarks, with leave-one-out scores.

Some of the examples are landmarks; a message is compared with these alone (Williams and Seeger, "Using the Nyström
method to speed up kernel machines", 2001). Where every example is a landmark this is the whole kernel machine. With Z
the examples in the landmarks' coordinates and H the hat matrix of the ridge regression on Z, the score that a machine
trained without example i gives to it is Y_i - (Y_i - F_i) / (1 - H_ii) (Rifkin and Lippert, 2007). So temperature and
threshold come from scores of messages that were not seen, at the price of one factorisation.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Sequence, Tuple, Union

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from bot.components.ngrams import Row

View = Union[np.ndarray, sp.csr_matrix]
BLOCK = 1000
"""Rows at a time, so that no second matrix of n x landmarks floats is held."""
JITTER = 1e-6
"""Times the number of landmarks on the diagonal: rounding in single precision must not make the kernel indefinite."""


class Fitted(NamedTuple):
    machine: KernelMachine
    left_out: np.ndarray
    """(n, labels): what each example scores when it is left out."""


class KernelMachine:
    """k(x, y) = exp(-sum over views of width * (1 - cosine)). Rows of a view have unit length (or are zero)."""

    def __init__(self, views: Sequence[View], widths: Sequence[float], weights: np.ndarray) -> None:
        self._widths = tuple(widths)
        self._views = [_Columns(view) if sp.issparse(view) else np.ascontiguousarray(view) for view in views]
        self._weights = np.ascontiguousarray(weights, dtype=np.float32)

    def scores(self, message: Sequence[Union[np.ndarray, Row]]) -> Tuple[np.ndarray, np.ndarray]:
        """Scores (labels,) of one message, and its cosines (landmarks,) in the first view, which is dense.

        ``message`` holds one row a view: a vector, or a ``Row`` where the view is sparse.
        """
        cosines = [
            view.cosines(row) if isinstance(view, _Columns) else view @ row
            for view, row in zip(self._views, message, strict=True)
        ]
        exponent = sum(np.float32(width) * cosine for width, cosine in zip(self._widths, cosines, strict=True))
        return np.exp(exponent - np.float32(sum(self._widths))) @ self._weights, cosines[0]

    @classmethod
    def fit(
        cls,
        views: Sequence[View],
        widths: Sequence[float],
        target: np.ndarray,
        ridge: np.ndarray,
        landmarks: np.ndarray,
    ) -> Fitted:
        """``target`` is (n, labels), ``ridge`` (n,): a larger one trusts that example less. ``landmarks`` are indices.
        Needs about 8 n bytes a landmark."""
        chosen = [view[landmarks] for view in views]
        kernel = _kernel(views, chosen, widths)
        core = kernel[landmarks].astype(np.float64)
        core[np.diag_indices_from(core)] += JITTER * len(core)
        root = cho_factor(core, lower=True, overwrite_a=True, check_finite=False)[0]
        trust = np.sqrt(1 / ridge)[:, None].astype(np.float32)
        places = solve_triangular(root.astype(np.float32), kernel.T, lower=True, overwrite_b=True, check_finite=False).T
        places *= trust
        factor = cho_factor(places.T @ places + np.eye(len(core), dtype=np.float32), lower=True, check_finite=False)
        weights = cho_solve(factor, places.T @ (target * trust), check_finite=False)
        fitted = (places @ weights) / trust
        inner = solve_triangular(np.tril(factor[0]), places.T, lower=True, overwrite_b=True, check_finite=False)
        leverage = np.minimum(np.einsum("ji,ji->i", inner, inner), 1 - 1e-4)
        left_out = target - (target - fitted) / (1 - leverage)[:, None]
        return Fitted(cls(chosen, widths, solve_triangular(np.tril(root).T, weights, lower=False)), left_out)


class _Columns:
    """A sparse view by its columns, so that a row with few of them touches these alone."""

    def __init__(self, view: sp.csr_matrix) -> None:
        columns = view.tocsc()
        self._starts, self._rows, self._values = columns.indptr, columns.indices, columns.data.astype(np.float32)
        self._count = view.shape[0]

    def cosines(self, row: Row) -> np.ndarray:
        """(rows,): the product of the view with one sparse row."""
        first, last = self._starts[row.places], self._starts[row.places + 1]
        lengths = last - first
        total = int(lengths.sum())
        if total == 0:
            return np.zeros(self._count, dtype=np.float32)
        # Places of all entries of these columns, one column after the other.
        at = np.arange(total) + np.repeat(first - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        weights = self._values[at] * np.repeat(row.values, lengths)
        return np.bincount(self._rows[at], weights, self._count).astype(np.float32)


def _kernel(views: Sequence[View], chosen: Sequence[View], widths: Sequence[float]) -> np.ndarray:
    kernel = np.empty((views[0].shape[0], chosen[0].shape[0]), dtype=np.float32)
    turned: List[Any] = [view.T.tocsr() if sp.issparse(view) else view.T for view in chosen]
    for start in range(0, len(kernel), BLOCK):
        rows = slice(start, start + BLOCK)
        block = kernel[rows]
        block[:] = -sum(widths)
        for view, other, width in zip(views, turned, widths, strict=True):
            product = view[rows] @ other
            block += np.float32(width) * (product.toarray() if sp.issparse(product) else product)
        np.exp(block, out=block)
    return kernel
