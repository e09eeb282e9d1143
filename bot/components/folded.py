"""Two views of a text as one shorter vector, in which what tells intents apart counts most.

A machine in the plain vectors comes first. How steeply its scores rise in each direction (the mean outer product of its
slopes) says which directions matter; the vectors are stretched along these and cut to the axes that are left. So the
second machine, which is kept, compares texts by what they ask for rather than by what they speak of (Radhakrishnan et
al., "Mechanism for feature learning in neural networks and backpropagation-free machine learning models", 2024).
A message is compared with every example, and that time is the time of reading them from memory: hence few axes.
"""

from __future__ import annotations

from typing import Sequence

import numpy as np

from bot.components.kernel_machine import KernelMachine

AXES = 256
POWER = 0.35
"""How far the vectors are stretched: 0 leaves them, 0.5 counts a direction by its slope. See bot/README.md."""
POINTS = 400
"""Examples at which slopes are taken."""


class Folded:
    """``weights`` say how much each view counts; rows of a view have unit length. ``target`` (n, labels) and ``ridge``
    (n,) are those of the machine that the vectors are for; a part of the examples is enough here."""

    def __init__(
        self, views: Sequence[np.ndarray], weights: Sequence[float], target: np.ndarray, ridge: np.ndarray
    ) -> None:
        self.weight = float(sum(weights))
        self._scales = [np.float32(np.sqrt(weight / self.weight)) for weight in weights]
        joined = self._join(views)
        machine = KernelMachine.fit((joined,), (self.weight,), target, ridge).machine
        shares, axes = np.linalg.eigh(_slopes(joined, self.weight, machine.weights))  # by rising share
        stretch = np.maximum(shares[-AXES:], 0) ** POWER
        self._axes = np.ascontiguousarray(axes[:, -AXES:] * stretch, dtype=np.float32)

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
