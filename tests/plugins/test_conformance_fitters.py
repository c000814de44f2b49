"""Every registered fitter under the suite that third parties use."""

import pytest
from plugins.conformance import examples

from mtdsl.registry import installed
from mtdsl.testing import FitterSuite

pytest.importorskip("lightgbm", reason="needs mtdsl[fit]")
pytest.importorskip("scipy", reason="needs mtdsl[fit]")


@pytest.mark.parametrize("name", installed().names("fitter"))
class TestFitters(FitterSuite):
    @pytest.fixture(autouse=True)
    def chosen(self, name):
        self.technique, self.examples = name, examples(self.kind, name)
