"""Regularised least squares in a Gaussian kernel over several views of a text, with exact leave-one-out scores.

Rifkin and Lippert, "Notes on Regularized Least Squares" (MIT 2007): with G = (K + L)^-1 and A = G Y, the score that a
machine trained without example i gives to it is Y_i - A_i / G_ii. So temperature and threshold come from scores of
messages that were not seen, at the price of one matrix inverse.
"""

from __future__ import annotations

import os
from typing import NamedTuple, Sequence, Tuple, Union

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import strtri
from threadpoolctl import threadpool_limits

from bot.components.ngrams import Row

View = Union[np.ndarray, sp.csr_matrix]
BLOCK = 1000
"""Rows at a time, so that no second matrix of n x n floats is held."""


class Fitted(NamedTuple):
    machine: KernelMachine
    left_out: np.ndarray
    """(n, labels): what each example scores when it is left out."""


class KernelMachine:
    """k(x, y) = exp(-sum over views of width * (1 - cosine)). Rows of a view have unit length (or are zero)."""

    def __init__(self, views: Sequence[View], widths: Sequence[float], weights: np.ndarray) -> None:
        self._widths = tuple(widths)
        # By columns: OpenBLAS then reads a dense view faster for one vector.
        self._views = [_Columns(view) if sp.issparse(view) else np.asfortranarray(view) for view in views]
        self.weights = np.ascontiguousarray(weights, dtype=np.float32)
        """(n, labels): how far each example speaks for each label."""

    def scores(self, message: Sequence[Union[np.ndarray, Row]]) -> Tuple[np.ndarray, np.ndarray]:
        """Scores (labels,) of one message, and its cosines (n,) to all examples in the first view, which is
        dense.

        ``message`` holds one row a view: a vector, or a ``Row`` where the view is sparse.
        """
        cosines = [
            view.cosines(row) if isinstance(view, _Columns) else view @ row
            for view, row in zip(self._views, message, strict=True)
        ]
        exponent = sum(np.float32(width) * cosine for width, cosine in zip(self._widths, cosines, strict=True))
        return np.exp(exponent - np.float32(sum(self._widths))) @ self.weights, cosines[0]

    @classmethod
    def fit(cls, views: Sequence[View], widths: Sequence[float], target: np.ndarray, ridge: np.ndarray) -> Fitted:
        """``target`` is (n, labels), ``ridge`` (n,): a larger one trusts that example less. Needs about 8 n² bytes."""
        # Matrices of n x n gain from every core, which a message does not (``bot.light`` leaves it one).
        with threadpool_limits(os.cpu_count(), "blas"):
            kernel = _kernel(views, widths)
            kernel[np.diag_indices_from(kernel)] += ridge
            # The matrix is symmetric, so its transpose is the same matrix in the order that LAPACK works on in place.
            factor = cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
            weights = cho_solve(factor, target.astype(np.float32), check_finite=False)
            inverse, _ = strtri(factor[0], lower=1, overwrite_c=1)
        left_out = target - weights / _column_squares(inverse)[:, None]
        return Fitted(cls(views, widths, weights), left_out)


class _Columns:
    """A sparse view by its columns, so that a row with few of them touches these alone."""

    def __init__(self, view: sp.csr_matrix) -> None:
        columns = view.tocsc()
        self._count = view.shape[0]
        self._starts, self._rows, self._values = columns.indptr, columns.indices, columns.data

    def cosines(self, row: Row) -> np.ndarray:
        """(rows,): the product of the view with one sparse row."""
        starts = self._starts[row.places]
        lengths = self._starts[row.places + 1] - starts
        places = np.arange(lengths.sum()) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
        products = self._values[places] * np.repeat(row.values, lengths)
        return np.bincount(self._rows[places], products, self._count).astype(np.float32)


def _kernel(views: Sequence[View], widths: Sequence[float]) -> np.ndarray:
    """Likeness is mutual: a block of rows is compared with those up to its end, and the rest is its mirror."""
    n = views[0].shape[0]
    kernel = np.empty((n, n), dtype=np.float32)
    for start in range(0, n, BLOCK):
        end = min(start + BLOCK, n)
        block = kernel[start:end, :end]
        block[:] = -sum(widths)
        for view, width in zip(views, widths, strict=True):
            product = view[start:end] @ view[:end].T
            block += np.float32(width) * (product.toarray() if sp.issparse(product) else product)
        np.exp(block, out=block)
        kernel[:start, start:end] = block[:, :start].T
    return kernel


def _column_squares(lower: np.ndarray) -> np.ndarray:
    """Sums of squares of a lower triangle's columns: the diagonal of inverse(L L')."""
    found = np.empty(len(lower), dtype=np.float32)
    for start in range(0, len(lower), BLOCK):
        columns = np.tril(lower[start:, start : start + BLOCK])
        found[start : start + BLOCK] = np.einsum("ij,ij->j", columns, columns)
    return found
