import gc

import pytest

from mtdsl.plan.uncollected import uncollected


def test_the_search_for_cycles_is_as_it_was():
    for search in (True, False):
        (gc.enable if search else gc.disable)()
        try:
            with uncollected():
                assert not gc.isenabled()
            assert gc.isenabled() == search
            with pytest.raises(ValueError, match="stop"), uncollected():
                raise ValueError("stop")
            assert gc.isenabled() == search
        finally:
            gc.enable()
