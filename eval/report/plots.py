"""Plots as SVG text that stands inside a page: no file, no script, words as words."""

from __future__ import annotations

import io
from typing import Any

import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot

from eval.report.model import Bars, Curves

INK, SOFT = "#1f4e5f", "#c8d5d9"
STYLES = ("-", "--", ":", "-.")
WIDTH = 7.2
SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "frontdesk", "font.size": 9}


def bars(block: Bars) -> str:
    with matplotlib.rc_context(SETTINGS):
        figure, axes = pyplot.subplots(figsize=(WIDTH, 0.7 + 0.3 * len(block.values)))
        scale = 100.0 if block.share else 1.0
        places = range(len(block.values))
        values = [value * scale for value in block.values]
        axes.barh(places, values, color=SOFT, height=0.7)
        for place, value, bounds in zip(places, values, block.intervals, strict=False):
            if bounds is not None:
                reach = [[max(0.0, value - bounds[0] * scale)], [max(0.0, bounds[1] * scale - value)]]
                axes.errorbar([value], [place], xerr=reach, color=INK, capsize=3, linewidth=1.2)
        axes.set_yticks(list(places), [label[:48] for label in block.labels])
        axes.invert_yaxis()
        axes.set_xlabel("%" if block.share else block.unit)
        axes.set_xlim(left=0, right=100 if block.share else None)
        return _svg(figure, axes, block.title)


def curves(block: Curves) -> str:
    with matplotlib.rc_context(SETTINGS):
        figure, axes = pyplot.subplots(figsize=(WIDTH, 3.2))
        step: Any = "post" if block.steps else None
        for number, line in enumerate(block.lines):
            style = STYLES[number % len(STYLES)]
            if block.steps:
                axes.step(line.x, line.y, style, where="post", color=INK, label=line.name)
            else:
                axes.plot(line.x, line.y, style, color=INK, label=line.name)
            if line.low and line.high:
                axes.fill_between(line.x, line.low, line.high, step=step, color=SOFT, alpha=0.5, linewidth=0)
        axes.set(xlabel=block.x_label, ylabel=block.y_label)
        if len(block.lines) > 1:
            axes.legend(frameon=False)
        return _svg(figure, axes, block.title)


def _svg(figure: Any, axes: Any, title: str) -> str:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_title(title, loc="left")
    figure.tight_layout()
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    text = file.getvalue()
    return text[text.index("<svg") :]
