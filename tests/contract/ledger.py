"""What a run of the contract suite showed of each way into each product. Collected as it runs; `table.py` lays it out.

A way is *verified* when every test of the suite was green on a real server, or skipped because the product declares
that it lacks the very thing. Its *driver* is verified when the client library was really loaded and really failed to
connect, in one sentence. Everything else is *declared*: facts that nobody tried here.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drivers.sql.registry import every

FOLDER = Path(__file__).parent
STORED = FOLDER / "verified.json"

# Tests that load a client library and let it fail to connect, one case per product; where → which way in they prove.
_PROOFS = {
    "test_wheels.py::test_a_closed_port_is_told_in_one_sentence": "native",
    "test_jars.py::test_a_driver_from_a_jar_fails_to_connect_in_one_sentence": "jdbc",
}


class State(enum.StrEnum):
    """How much is known of a way in."""

    VERIFIED = "verified"
    DRIVER = "driver"
    DECLARED = "declared"


States = Mapping[str, Mapping[str, State]]  # product → native, jdbc → state


@dataclass(slots=True)
class Ledger:
    """The outcomes of one run."""

    ways: dict[str, str] = field(default_factory=dict)  # node id → way
    modules: set[str] = field(default_factory=set)
    parts: bool = False  # something was left out by -k, --lf …
    spoiled: set[str] = field(default_factory=set)  # ways with a test that failed or was not run
    green: set[str] = field(default_factory=set)
    loaded: set[tuple[str, str]] = field(default_factory=set)  # (product, native or jdbc)
    as_declared: set[str] = field(default_factory=set)  # node ids that were skipped for a declared lack
    missing: bool = False  # a Debian package is not here

    def collected(self, items: Iterable[pytest.Item]) -> None:
        for item in items:
            if FOLDER in item.path.parents:
                self.modules.add(item.path.name)
                parameters = item.callspec.params if hasattr(item, "callspec") else {}
                if "target" in parameters:
                    self.ways[item.nodeid] = parameters["target"]

    def left_out(self, items: Iterable[pytest.Item]) -> None:
        self.parts = self.parts or any(FOLDER in item.path.parents for item in items)

    @property
    def whole(self) -> bool:
        """Whether the whole suite was asked for."""
        return not self.parts and self.modules >= {path.name for path in FOLDER.glob("test_*.py")}

    def note(self, report: pytest.TestReport) -> None:
        way = self.ways.get(report.nodeid)
        if way is not None:
            fine = report.passed or (report.skipped and report.nodeid in self.as_declared)
            (self.green if fine else self.spoiled).add(way)
            self.missing = self.missing or (report.skipped and not fine)
        test, _, case = report.nodeid.partition("[")
        proves = next((way for proof, way in _PROOFS.items() if test.endswith(proof)), None)
        if proves and report.when == "call" and report.passed:
            self.loaded.add((case.removesuffix("]"), proves))

    def states(self) -> States:
        return {
            product.id: {
                how: self._state(product.id, how)
                for how, there in (("native", product.native), ("jdbc", product.jdbc))
                if there is not None
            }
            for product in every()
        }

    def _state(self, product_id: str, how: str) -> State:
        way = f"{product_id}-{how}"
        if way in self.green - self.spoiled:
            return State.VERIFIED
        return State.DRIVER if (product_id, how) in self.loaded else State.DECLARED


def stored() -> States:
    known = json.loads(STORED.read_text(encoding="utf-8"))
    return {name: {how: State(state) for how, state in ways.items()} for name, ways in known.items()}


def store(states: States) -> None:
    STORED.write_text(json.dumps(states, indent=1) + "\n", encoding="utf-8")
