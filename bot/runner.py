"""Runs Rasa's prediction graph without Dask: same nodes, same needs, no scheduler for a dozen calls in a row."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.runner.dask import DaskGraphRunner

Plan = List[Tuple[str, Any, Tuple[str, ...]]]


class StraightRunner(DaskGraphRunner):
    """For each set of targets the order of nodes is found once and kept."""

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        wanted = tuple(targets or self._graph_schema.target_names)
        results: Dict[str, Tuple[str, Any]] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, node, needs in self._plan(wanted):
            results[name] = node(*(results[need] for need in needs))
        return {name: results[name][1] for name in wanted}

    def _plan(self, targets: Tuple[str, ...]) -> Plan:
        plans: Dict[Tuple[str, ...], Plan] = self.__dict__.setdefault("_plans", {})
        if targets not in plans:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            plan: Plan = []
            placed = set()

            def place(name: str) -> None:
                if name in placed or name not in nodes:
                    return
                placed.add(name)
                needs = tuple(nodes[name].needs.values())
                for need in needs:
                    place(need)
                plan.append((name, self._instantiated_nodes[name], needs))

            for target in targets:
                place(target)
            plans[targets] = plan
        return plans[targets]
