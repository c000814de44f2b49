from types import SimpleNamespace

import pytest

from mtdsl.diag import Refusal
from mtdsl.plan.model import Plugin
from mtdsl.run.transition import _kept


def test_the_state_of_another_optimizer_is_not_taken():
    phase = SimpleNamespace(name="decay", optimizer=Plugin("adamw"))
    incoming = SimpleNamespace(state={"optimizer": {"name": "muon"}})
    with pytest.raises(Refusal, match=r"optimizer-differs: `decay` keeps .* `muon`'s and not `adamw`'s"):
        _kept(phase, incoming, None)
