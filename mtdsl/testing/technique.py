"""What must hold of a technique of any kind."""

from __future__ import annotations

import copy
import json
import pickle
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import FrozenInstanceError, is_dataclass
from fractions import Fraction
from typing import Any, ClassVar

import pytest

from mtdsl.plan import slots
from mtdsl.plan.codec import parameters as written
from mtdsl.plan.model import Curve, Plan
from mtdsl.plan.slots import LLAMA
from mtdsl.plan.trial import bound
from mtdsl.registry import Entry, Registry, documented
from mtdsl.registry.entries import loaded
from mtdsl.registry.examples import Example, stated
from mtdsl.registry.parameters import Parameter, parameters
from mtdsl.registry.schema import schema_of
from mtdsl.testing.imports import heavy
from mtdsl.testing.rules import broken
from mtdsl.testing.subject import Subject, found, in_recipe, titled, tried


class TechniqueSuite:
    """The rules of every kind. Subclass the suite of the technique's kind, and pytest does the rest.

    `technique` is its name as registered, or its factory (`acme_power.power:Power`). `examples` are the parameters to try it
    with, each as a recipe writes it: `({}, {"decay": "20%", "shape": "sqrt"})`. Where a suite says none they are the class's
    own, `examples: ClassVar`, the first of which `mtdsl plugins show` draws; where that has none either, one without any
    parameters.
    """

    kind: ClassVar[str]
    technique: ClassVar[str]
    examples: ClassVar[Sequence[Example]] = ()

    @property
    def entry(self) -> Entry:
        """The technique and its package."""
        return found(self.kind, self.technique)[0]

    @property
    def registry(self) -> Registry:
        """Everything installed, and the technique."""
        return found(self.kind, self.technique)[1]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The technique's parameters."""
        return parameters(loaded(self.entry))

    def plan(self, example: Example) -> Plan:
        """The plan of a small recipe that uses the technique; fails where it is refused."""
        return in_recipe(self.kind, self.technique, example, self.bodies(), self.before(), self.model())

    def bodies(self) -> Sequence[str]:
        """The recipes to try it in."""
        return slots.bodies(self.kind, loaded(self.entry))

    def before(self) -> Sequence[str]:
        """The arguments that a call has before the technique's own."""
        return slots.before(self.kind, loaded(self.entry))

    def model(self) -> str:
        """The model of the recipe."""
        return LLAMA

    def subjects(self) -> Iterator[Subject]:
        """The technique with each example's parameters."""
        for example in self.examples or stated(loaded(self.entry)):
            yield Subject(self.entry, self.registry, example, bound(self.entry, self.plan(example)))

    def test_registering_imports_neither_torch_nor_numpy(self) -> None:
        """Its package registers, and its module loads, without them: a plan is made on a laptop."""
        names = heavy(self.entry)
        if names:
            way_out = "import them inside the methods that need them, or under `if TYPE_CHECKING`"
            rule = "neither torch nor numpy may be imported to register a technique"
            broken(titled(self.entry), f"imports {' and '.join(names)} at the top of a module", rule, way_out)

    def test_it_is_a_frozen_dataclass(self) -> None:
        """Its parameters are the fields of a frozen dataclass, so that nobody changes what a plan says."""
        if not is_dataclass(self.entry.factory()):
            broken(titled(self.entry), "is no dataclass", "its fields are its parameters", "write `@dataclass(frozen=True)`")
        for subject in self.subjects():
            try:
                subject.made().not_a_field = 1
            except FrozenInstanceError:
                continue
            broken(subject.title, "can be changed", "a technique keeps nothing", "write `@dataclass(frozen=True)`")

    def test_every_parameter_is_documented(self) -> None:
        """Each parameter's name stands in backticks in the class's docstring, or a text stands below the field."""
        names = tuple(parameter.name for parameter in self.parameters)
        missing = documented.undocumented(loaded(self.entry), names)
        if not documented.explained(loaded(self.entry)) or missing:
            nothing = f"says nothing of {' and '.join(f'`{name}`' for name in missing) or 'itself'}"
            way_out = (
                "name each parameter in backticks in the docstring of the class, with its unit, or write a text below its field"
            )
            broken(titled(self.entry), nothing, "every parameter is documented", way_out)

    def test_parameters_have_a_schema(self) -> None:
        """`mtdsl schema` describes every parameter, and what it says allows the defaults and the examples."""
        jsonschema: Any = pytest.importorskip("jsonschema")
        schema = schema_of(self.entry)
        for name, said in schema["properties"].items():
            if not said.keys() & {"type", "enum", "anyOf"}:
                way_out = "take bool, int, float, str, Literal, a tuple of one of them or a `mtdsl.Technique`"
                broken(
                    titled(self.entry), f"has a parameter `{name}` that JSON Schema cannot say", "all must be sayable", way_out
                )
        for subject in self.subjects():
            body = json.loads(json.dumps(written(subject.plugin.params)))
            problem = next(jsonschema.Draft202012Validator(schema).iter_errors(body), None)
            if problem:
                where = ".".join(map(str, problem.absolute_path))
                way_out = "make the annotation say what is allowed, or mend the default"
                said_ = f"has a `{where}` that its own schema does not allow ({problem.message})"
                broken(subject.title, said_, "defaults and examples must be allowed", way_out)

    def test_it_survives_pickling_and_copying(self) -> None:
        """A pickled and a copied technique equal the first one, and so does one that is made again."""
        for subject in self.subjects():
            made = subject.made()
            ways: dict[str, Callable[[Any], Any]] = {"a copy": copy.deepcopy, "a pickle": _pickled}
            for name, way in ways.items():
                try:
                    other = way(made)
                except (pickle.PicklingError, AttributeError, TypeError) as error:
                    way_out = "keep values in its fields, and no functions, locks or open files"
                    broken(subject.title, f"cannot be made {name} of ({error})", "a technique is its parameters", way_out)
                if other != made:
                    way_out = "let the dataclass compare by its fields, and its fields by their values"
                    broken(subject.title, f"is not equal to {name} of it", "a technique is its parameters", way_out)

    def test_it_is_shown_by_its_parameters(self) -> None:
        """`repr` is the same for equal parameters, so that logs and plans of two processes can be compared."""
        for subject in self.subjects():
            shown = repr(subject.made())
            if re.search(r" at 0x[0-9a-f]+", shown):
                way_out = "let the dataclass write its `repr`, and give fields values that have one"
                broken(subject.title, f"is shown as {shown}", "`repr` shows parameters and no addresses", way_out)

    def test_parameters_marked_scheduled_take_arrows(self) -> None:
        """A recipe may move them along the tokens."""
        for subject in self.subjects():
            for name in (parameter.name for parameter in self.parameters if parameter.scheduled):
                first, last = self.ends(subject, name)
                moving = {**subject.example, name: f"{first} -> {last}"}
                plan, said = tried(self.kind, self.technique, moving, self.bodies(), self.before(), self.model())
                if plan is None or not isinstance(bound(self.entry, plan).params[name], Curve):
                    way_out = f"take the mark `Scheduled` from it, if a {self.kind} has no parameters that move"
                    why = f" ({said})" if said else ""
                    found = f"has a `{name}` that takes no arrow{why}"
                    broken(subject.title, found, "what is marked `Scheduled` can move", way_out)

    def ends(self, subject: Subject, name: str) -> tuple[float, float]:
        """Two values that a parameter may have: that of the example, and one beside it."""
        parameter = next(one for one in self.parameters if one.name == name)
        value = subject.plugin.params[name]
        here = float(value) if isinstance(value, Fraction | int | float) else 1.0
        beside = (here * 0.9, here * 1.1, 0.1, 1.0)
        other = next(one for one in beside if one != here and (parameter.bound is None or parameter.bound.allows(one)))
        return here, other


def _pickled(made: Any) -> Any:
    return pickle.loads(pickle.dumps(made))
