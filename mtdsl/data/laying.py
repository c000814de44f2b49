"""How windows are laid: which packer, how long. Written into states, since a child must read what its parent's packer left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mtdsl.data.packing import Packing
from mtdsl.plan.model import Param, Plugin
from mtdsl.registry import Registry


@dataclass(frozen=True)
class Laying:
    """A packer and the window in tokens; `lengths` where steps are fed in several instead."""

    packer: Plugin
    length: int
    lengths: tuple[int, ...] = ()

    def packing(self, registry: Registry) -> Packing:
        """The packer itself."""
        made: Packing = registry.build("packer", self.packer.name, self.packer.params)
        return made

    def state(self) -> dict[str, Any]:
        """As JSON."""
        params = {name: _written(value) for name, value in self.packer.params.items()}
        several = {"lengths": list(self.lengths)} if self.lengths else {}
        return {"packer": self.packer.name, "params": params, "length": self.length, **several}

    @staticmethod
    def of(state: Mapping[str, Any]) -> Laying:
        """What `state` wrote."""
        params = {name: _read(value) for name, value in state["params"].items()}
        return Laying(Plugin(state["packer"], params), state["length"], tuple(state.get("lengths", ())))


def _written(value: Param) -> Any:
    if isinstance(value, Fraction):
        return {"fraction": str(value)}
    return [_written(item) for item in value] if isinstance(value, tuple) else value


def _read(value: Any) -> Param:
    if isinstance(value, dict):
        return Fraction(value["fraction"])
    return tuple(_read(item) for item in value) if isinstance(value, list) else value
