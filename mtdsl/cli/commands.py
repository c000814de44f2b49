"""The table of commands. A command's module is imported when it is called, or to list it in `--help`."""

from __future__ import annotations

from importlib.metadata import version

from cyclopts import App, Parameter

ABOUT = """\
Any command takes --no-plugins: nothing but what mtdsl itself brings is loaded.

Exit codes: 0 fine, 1 problems found, 2 wrong use or an internal error, 130 interrupted."""


def _version() -> str:
    return version("mtdsl")


app = App(
    name="mtdsl",
    help="Declarative mid-training of language models: check a recipe, see its plan, run it.",
    help_epilogue=ABOUT,
    version=_version,
    suppress_keyboard_interrupt=False,
    default_parameter=Parameter(negative=()),
)
COMMANDS = {
    "check": "Check recipes without running anything.",
    "fmt": "Lay out recipes the one way there is.",
    "explain": "Explain a diagnostic by its id.",
    "plan": "Show what a recipe will do.",
    "show": "Show a phase with every value, and the line it came from.",
    "lock": "Measure what the text cannot know, and keep it beside the recipe.",
    "run": "Train what a recipe says; run again, it goes on where it stopped.",
    "status": "Tell where a run stands.",
    "schema": "Print the JSON Schema of a plan, or of a plugin's parameters.",
    "plugins": "List the installed plugins, or show one with a picture of what it does.",
}
for _name, _help in COMMANDS.items():
    app.command(f"mtdsl.cli.{_name}:{_name}", name=_name, help=_help)
_new = App(name="new", help="Write the beginnings of a package.")
_new.command("mtdsl.cli.new:plugin", name="plugin", help="A package with one technique that works, and its tests.")
app.command(_new)
_mix = App(name="mix", help="Find mixtures.")
_mix.command("mtdsl.cli.mix:fit", name="fit", help="A mixture out of the losses of small runs.")
app.command(_mix)
_data = App(name="data", help="Prepare and look at what a recipe reads.")
_data.command("mtdsl.cli.data:prepare", name="prepare", help="Tokenise it, and keep in the lock what was measured.")
_data.command("mtdsl.cli.data:stats", name="stats", help="What there is of each source, and what the plan takes.")
_data.command("mtdsl.cli.data:show", name="show", help="A sequence as a phase is fed it.")
app.command(_data)
