"""Every registered rewriter under the suite that third parties use."""

import pytest
from plugins.conformance import examples

from mtdsl.registry import installed
from mtdsl.testing import RewriterSuite


@pytest.mark.parametrize("name", installed().names("rewriter"))
class TestRewriters(RewriterSuite):
    @pytest.fixture(autouse=True)
    def chosen(self, name):
        self.technique, self.examples = name, examples(self.kind, name)
