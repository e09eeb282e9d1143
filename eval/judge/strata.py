"""Labels by need and by language: how far judge and people agree in each, and whether a band may rest on them. Pure.

One pair of error rates is used for the whole band. That is fair where the labelled are like the band, and says nothing
of a need or a language that nobody has labelled. So a figure of such a part alone is refused; a band that holds a
little of them is pooled, and says so; one that holds much of them is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from eval.quality.agreement import Agreement, agreement

INTENT, LANGUAGE = "intent", "language"
LEAST_IN_STRATUM: Final = 5
"""Labels from which a need or a language counts as held against people."""
MOST_POOLED: Final = 0.2
"""Share of the silence that may take its error rates from others."""
MOST_NAMED: Final = 4


class Stratum(NamedTuple):
    """``agreement`` of judge and people where the judge decided and chance drew, as for all labels."""

    labels: int
    agreement: Agreement


Strata = Mapping[str, Mapping[str, Stratum]]
"""By dimension, then by value."""
Band = Mapping[str, Mapping[str, int]]
"""How many silent episodes of a period have each value, by dimension."""


class Pooling(NamedTuple):
    """``refused``: why no figure may be told; ``pooled``: what the figure takes from others, and how much."""

    refused: str | None
    pooled: str | None


def strata_of(labelled: Iterable[tuple[Mapping[str, str], tuple[str, str] | None]]) -> dict[str, dict[str, Stratum]]:
    """Of each label its value in every dimension, and (judge, people) where that pair counts for agreement."""
    pairs: dict[str, dict[str, list[tuple[str, str] | None]]] = {INTENT: {}, LANGUAGE: {}}
    for values, pair in labelled:
        for dimension, found in pairs.items():
            found.setdefault(values[dimension], []).append(pair)
    return {
        dimension: {
            value: Stratum(len(told), agreement([pair for pair in told if pair]))
            for value, told in sorted(found.items())
        }
        for dimension, found in pairs.items()
    }


def pooling(strata: Strata, band: Band, asked: Mapping[str, str]) -> Pooling:
    """``asked``: the values that the period is narrowed to."""
    told: list[str] = []
    for dimension, counted in band.items():
        known = strata.get(dimension, {})
        new = {value: n for value, n in counted.items() if n and _labels(known, value) < LEAST_IN_STRATUM}
        if not new:
            continue
        named = asked.get(dimension)
        if named is not None:
            few = _labels(known, named)
            return Pooling(
                f"Of the {dimension} {named} people have labelled {few}; {LEAST_IN_STRATUM} are wanted.", None
            )
        whole, apart = sum(counted.values()), sum(new.values())
        names = _names(new)
        if apart > MOST_POOLED * whole:
            return Pooling(
                f"{apart} of {whole} silent episodes have a{'n' if dimension == INTENT else ''} {dimension} of which "
                f"fewer than {LEAST_IN_STRATUM} are labelled ({names}): how the judge errs there is not known.",
                None,
            )
        told.append(f"{apart} of {whole} by {dimension} ({names})")
    if not told:
        return Pooling(None, None)
    return Pooling(
        None, f"Taken to be judged as the others are, without labels enough of their own: {'; '.join(told)}."
    )


def document(strata: Strata) -> list[dict[str, Any]]:
    return [
        {"dimension": dimension, "value": value, "labels": one.labels, "agreement": one.agreement._asdict()}
        for dimension, found in strata.items()
        for value, one in sorted(found.items(), key=lambda item: (-item[1].labels, item[0]))
    ]


def stored(strata: Strata) -> dict[str, dict[str, list[Any]]]:
    return {
        d: {value: [one.labels, list(one.agreement)] for value, one in found.items()} for d, found in strata.items()
    }


def read(kept: Mapping[str, Any] | None) -> Strata:
    """Of what ``stored`` gave; a calibration from before there were strata has none."""
    return {
        d: {value: Stratum(one[0], Agreement(*one[1])) for value, one in each.items()}
        for d, each in (kept or {}).items()
    }


def _labels(known: Mapping[str, Stratum], value: str) -> int:
    return known[value].labels if value in known else 0


def _names(new: Mapping[str, int]) -> str:
    ordered = sorted(new, key=lambda value: (-new[value], value))
    more = f" and {len(ordered) - MOST_NAMED} more" if len(ordered) > MOST_NAMED else ""
    return ", ".join(value or "none" for value in ordered[:MOST_NAMED]) + more
