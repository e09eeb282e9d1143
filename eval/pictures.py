"""The two pictures of a triage report: is a score what it says (reliability), and what does a threshold cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot

from eval.thresholds import Point

INK, SOFT = "#1f4e5f", "#c8d5d9"
SIZE = (6.0, 4.2)


def reliability(bins: Sequence[Mapping[str, Any]], title: str, path: Path) -> None:
    """``bins`` as ``eval.frustration.reliability`` gives them; the area of a dot shows how many rows it stands for."""
    figure, axes = pyplot.subplots(figsize=SIZE)
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1.5, label="a score that keeps its word")
    most = max(row["n"] for row in bins)
    axes.plot([row["score"] for row in bins], [row["frustrated"] for row in bins], color=INK, linewidth=1)
    axes.scatter(
        [row["score"] for row in bins],
        [row["frustrated"] for row in bins],
        s=[20 + 180 * row["n"] / most for row in bins],
        color=INK,
        label="ten bins, area by rows",
    )
    axes.set(xlabel="score", ylabel="share that is frustrated", title=title, xlim=(0, 1), ylim=(0, 1.02))
    _save(figure, axes, path)


def cost(curves: Mapping[str, tuple[Sequence[Point], Point]], title: str, path: Path) -> None:
    """Expected cost by threshold for each named decision, with the chosen point."""
    figure, axes = pyplot.subplots(figsize=SIZE)
    for (name, (points, chosen)), style in zip(curves.items(), ("-", "--", ":"), strict=False):
        thresholds = [point.threshold for point in points]
        costs = [point.cost for point in points]
        axes.plot(thresholds, costs, style, color=INK, label=f"{name}: {chosen.threshold:.2f}")
        axes.scatter([chosen.threshold], [chosen.cost], color=INK, zorder=3)
    axes.set(xlabel="threshold", ylabel="expected cost a turn", title=title, xlim=(0, 1))
    axes.set_yscale("log")
    _save(figure, axes, path)


def _save(figure: Any, axes: Any, path: Path) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)
