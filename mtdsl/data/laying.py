"""How windows are laid: which packer, how long. Written into states, since a child must read what its parent's packer left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mtdsl.data.keys import digest
from mtdsl.data.packing import Packing
from mtdsl.plan.model import Param, Plugin
from mtdsl.registry import Registry


@dataclass(frozen=True)
class Laying:
    """A packer and the window in tokens; `lengths` where steps are fed in several instead, `rewriter` where it rewrites."""

    packer: Plugin
    length: int
    lengths: tuple[int, ...] = ()
    rewriter: Plugin | None = None

    def packing(self, registry: Registry) -> Packing:
        """The packer itself."""
        made: Packing = registry.build("packer", self.packer.name, self.packer.params)
        return made

    def state(self) -> dict[str, Any]:
        """As JSON."""
        several = {"lengths": list(self.lengths)} if self.lengths else {}
        rewritten = {"rewriter": [self.rewriter.name, _params(self.rewriter)]} if self.rewriter else {}
        return {"packer": self.packer.name, "params": _params(self.packer), "length": self.length, **several, **rewritten}

    @staticmethod
    def of(state: Mapping[str, Any]) -> Laying:
        """What `state` wrote."""
        rewriter = _plugin(*state["rewriter"]) if "rewriter" in state else None
        return Laying(_plugin(state["packer"], state["params"]), state["length"], tuple(state.get("lengths", ())), rewriter)


def rules_of(rewriter: Plugin) -> str:
    """The name by which rewritten documents know their technique: the same for one with the same parameters."""
    return digest(rewriter.name, _params(rewriter), size=8)


def _params(plugin: Plugin) -> dict[str, Any]:
    return {name: _written(value) for name, value in plugin.params.items()}


def _plugin(name: str, params: Mapping[str, Any]) -> Plugin:
    return Plugin(name, {key: _read(value) for key, value in params.items()})


def _written(value: Param) -> Any:
    if isinstance(value, Fraction):
        return {"fraction": str(value)}
    return [_written(item) for item in value] if isinstance(value, tuple) else value


def _read(value: Any) -> Param:
    if isinstance(value, dict):
        return Fraction(value["fraction"])
    return tuple(_read(item) for item in value) if isinstance(value, list) else value
