"""Two views of a text as one shorter vector that keeps how alike texts are, or how alike they are in what they ask for.

The product of two folded vectors is the weighted mean of the cosines in each view. Only the axes along which the
examples differ most are kept (principal axes, not centred, so that products stay products): a message is compared with
every example, and that time is the time of reading them from memory.

Where examples are few, the vectors are stretched too. A machine in the plain vectors comes first; how steeply its
scores rise in each direction (the mean outer product of its slopes) says which directions tell labels apart, and these
are made to count more (Radhakrishnan et al., "Mechanism for feature learning in neural networks and
backpropagation-free machine learning models", 2024). Many examples say the same without it.
"""

from __future__ import annotations

from typing import Sequence

import numpy as np

from bot.components.kernel_machine import KernelMachine

AXES = 256
"""Of 768: of our own examples, left out one by one, .910 are read right with 256 axes as with all."""
POWER = 0.35
"""How far the vectors are stretched: 0 leaves them, 0.5 counts a direction by its slope. See bot/README.md."""
POINTS = 400
"""Examples at which slopes are taken."""


class Folded:
    """``weights`` say how much each view counts; rows of a view have unit length."""

    def __init__(self, views: Sequence[np.ndarray], weights: Sequence[float]) -> None:
        self.weight = float(sum(weights))
        self._scales = [np.float32(np.sqrt(weight / self.weight)) for weight in weights]
        joined = self._join(views)
        _, axes = np.linalg.eigh(joined.T @ joined)  # by rising share
        self._axes = np.ascontiguousarray(axes[:, -AXES:])

    @classmethod
    def stretched(
        cls, views: Sequence[np.ndarray], weights: Sequence[float], target: np.ndarray, ridge: np.ndarray
    ) -> Folded:
        """``target`` (n, labels) and ``ridge`` (n,) are those of the machine that the vectors are for."""
        fold = cls(views, weights)
        joined = fold._join(views)
        machine = KernelMachine.fit((joined,), (fold.weight,), target, ridge).machine
        shares, axes = np.linalg.eigh(_slopes(joined, fold.weight, machine.weights))
        fold._axes = np.ascontiguousarray(axes[:, -AXES:] * np.maximum(shares[-AXES:], 0) ** POWER, dtype=np.float32)
        return fold

    def __call__(self, views: Sequence[np.ndarray]) -> np.ndarray:
        """(n, axes) of views (n, …), or (axes,) of views (…,); of unit length."""
        folded = self._join(views) @ self._axes
        return folded / np.maximum(np.linalg.norm(folded, axis=-1, keepdims=True), np.float32(1e-9))

    def _join(self, views: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate([scale * view for scale, view in zip(self._scales, views, strict=True)], axis=-1)


def _slopes(rows: np.ndarray, width: float, weights: np.ndarray) -> np.ndarray:
    """(dimensions, dimensions): the mean outer product of the slopes of all scores, its trace 1."""
    points = rows[:: -(-len(rows) // POINTS)]
    found = np.zeros((rows.shape[1], rows.shape[1]), dtype=np.float32)
    for point, likeness in zip(points, np.exp(np.float32(width) * (points @ rows.T - 1)), strict=True):
        pull = weights * likeness[:, None]
        slope = rows.T @ pull - np.outer(point, pull.sum(axis=0))
        found += slope @ slope.T
    return found / max(float(np.trace(found)), 1e-12)
