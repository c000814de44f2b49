"""Fill in the middle against what released code gave, and by hand."""

import json
from pathlib import Path

import pytest
from mtdsl_packers.fim import Mixed, Psm, Spm

from mtdsl import Chance

GOLDEN = json.loads((Path(__file__).parent / "golden/fim.json").read_text("utf-8"))
SPECIAL = {"prefix": 0, "suffix": 1, "middle": 2}


class Longest:
    """The tokenizer of the recorded runs: the longest piece of the vocabulary, from the left."""

    def __init__(self, before=""):
        self.pieces = GOLDEN["vocab"]
        self.before = before

    def encode(self, text):
        ids, text = [], self.before + text
        while text:
            piece = max((one for one in self.pieces[3:] if text.startswith(one)), key=len)
            ids.append(self.pieces.index(piece))
            text = text[len(piece) :]
        return ids

    def decode(self, ids):
        return "".join(self.pieces[one] for one in ids)


def chance(places, length, mode=0.0):
    """That which leads to these places of a document of so many characters or tokens."""
    return Chance(mode, *((at + 0.5) / (length + 1) for at in places))


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: f"{case['split']}-{case['at']}")
def test_as_released_code_does_it(case):
    coder = Longest()
    length = len(coder.decode(case["ids"]) if case["split"] == "character" else case["ids"])
    drawn = chance(case["at"], length, 0.25 if case["spm"] else 0.75)
    assert Mixed(split=case["split"]).rewrite(case["ids"], SPECIAL, coder, drawn) == case["rewritten"]
    alone = Spm if case["spm"] else Psm
    assert alone(split=case["split"]).rewrite(case["ids"], SPECIAL, coder, drawn) == case["rewritten"]


def test_the_four_orders_by_hand():
    ids = [10, 11, 12, 13, 14]
    drawn = chance([4, 1], len(ids))
    cut = {"split": "token"}
    assert Psm(**cut).rewrite(ids, SPECIAL, Longest(), drawn) == [0, 10, 1, 14, 2, 11, 12, 13]
    assert Spm(**cut).rewrite(ids, SPECIAL, Longest(), drawn) == [0, 1, 14, 2, 10, 11, 12, 13]
    assert Spm(**cut, variant=1).rewrite(ids, SPECIAL, Longest(), drawn) == [1, 14, 0, 10, 2, 11, 12, 13]
    assert Psm(**cut).rewrite([], SPECIAL, Longest(), drawn) == [0, 1, 2]


def test_a_token_may_be_cut_and_only_then_others_come():
    coder = Longest()
    ids = coder.encode("return self")
    inside = Psm().rewrite(ids, SPECIAL, coder, chance([2, 9], 11))
    assert coder.decode([one for one in inside if one > 2]) == "re" + "lf" + "turn se"
    assert len(inside) > len(ids) + 3
    assert len(Psm(split="token").rewrite(ids, SPECIAL, coder, chance([2, 9], 11))) == len(ids) + 3


def test_a_tokenizer_that_adds_to_each_part_has_documents_cut_between_tokens():
    """One that puts a space before each text: `encode(decode(ids))` has a space more."""
    coder = Longest(before=" ")
    ids = Longest().encode("return self")
    drawn = chance([1, 1], len(ids))
    expected = Psm(split="token").rewrite(ids, SPECIAL, coder, drawn)
    assert Psm().rewrite(ids, SPECIAL, coder, drawn) == expected


def test_orders_have_their_share_and_places_are_all_alike():
    orders = [Mixed(spm=0.25).ordered(([9], [8], [7]), SPECIAL, at / 1000) for at in range(1000)]
    assert orders.count([0, 1, 7, 2, 9, 8]) == 250
    assert orders.count([0, 9, 1, 7, 2, 8]) == 750
    cuts = [Psm(split="token").rewrite([20, 21, 22], SPECIAL, Longest(), Chance(0, at / 400, 0)) for at in range(400)]
    assert [cuts.count(one) for one in ([0, 1, 20, 21, 22, 2], [0, 1, 21, 22, 2, 20], [0, 1, 22, 2, 20, 21])] == [100] * 3


def test_special_tokens_are_three():
    with pytest.raises(ValueError, match="three tokens"):
        Psm(prefix="<a>", suffix="<a>")
