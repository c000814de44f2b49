"""Every registered mixer under the suites that third parties use."""

import pytest
from plugins.conformance import examples

from mtdsl.registry import installed
from mtdsl.testing import MixerSuite, OnlineMixerSuite, TurnsSuite

NAMES = installed().names("mixer")
LEARNING = [name for name in NAMES if hasattr(installed().find("mixer", name)[0].factory(), "observe")]
TURNING = [name for name in NAMES if hasattr(installed().find("mixer", name)[0].factory(), "turns")]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (*LEARNING, *TURNING)])
class TestMixers(MixerSuite):
    @pytest.fixture(autouse=True)
    def chosen(self, name):
        self.technique, self.examples = name, examples(self.kind, name)


@pytest.mark.parametrize("name", LEARNING)
class TestOnlineMixers(OnlineMixerSuite):
    @pytest.fixture(autouse=True)
    def chosen(self, name):
        self.technique, self.examples = name, examples(self.kind, name)


@pytest.mark.parametrize("name", TURNING)
class TestTurns(TurnsSuite):
    @pytest.fixture(autouse=True)
    def chosen(self, name):
        self.technique, self.examples = name, examples(self.kind, name)
