from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from datakit import after, blend, phase, plan, source

from mtdsl.data import bpe
from mtdsl.data.reading import readings
from mtdsl.data.tokenizer import Encoder, load, obtain
from mtdsl.diag import Refusal
from mtdsl.plan.model import Phase, Start, Tokenizer
from mtdsl.registry import installed

TEXT = Path(subprocess.__file__).read_text()


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(TEXT)
    return tmp_path


def obtained(base: Path, tokenizer: Tokenizer | None, cache: str = "cache", **more: object) -> tuple[Encoder, list[str]]:
    said: list[str] = []
    made = plan([phase("p", blend(a="1"), 1)], [source("a", path="a.txt")])
    made = replace(made, tokenizer=tokenizer, **more)  # type: ignore[arg-type]
    return obtain(made, base, base / cache, readings(made, base, installed()), said.append), said


def bpe_of(vocab: int) -> Tokenizer:
    return Tokenizer("bpe", {"vocab": vocab})


def test_trained_once_and_loaded_by_transformers(base: Path):
    from transformers import AutoTokenizer

    encoder, said = obtained(base, bpe_of(400))
    assert said == ["training a tokenizer of 400 tokens"]
    assert (encoder.vocab, encoder.bos) == (400, None)
    loaded = AutoTokenizer.from_pretrained(encoder.folder)
    assert loaded.eos_token == "<|endoftext|>"
    ids = loaded(TEXT, add_special_tokens=False)["input_ids"]
    assert encoder.batch([TEXT]) == [ids]
    assert loaded.decode(ids) == TEXT
    assert max(ids) < 400
    assert obtained(base, bpe_of(400))[1] == []


def test_the_same_text_gives_the_same_tokenizer_in_another_process(base: Path):
    first, _ = obtained(base, bpe_of(500))
    program = f"""
from pathlib import Path
from mtdsl.data import bpe
text = Path({str(base / "a.txt")!r}).read_text()
bpe.train([lambda: iter([text])], 500, Path({str(base)!r}) / "again")
"""
    (base / "again").mkdir()
    subprocess.run([sys.executable, "-c", program], check=True)
    assert load(base / "again").hash == first.hash


def test_too_little_text_gives_a_smaller_vocabulary(base: Path):
    (base / "a.txt").write_text("ab ab ab")
    encoder, said = obtained(base, bpe_of(4096))
    assert 257 < encoder.vocab < 270
    assert said[-1] == f"the tokenizer has {encoder.vocab} tokens: the text gives no more of the 4,096 asked for"


def test_a_vocabulary_below_the_bytes_is_refused(base: Path):
    with pytest.raises(Refusal, match=r"tokenizer-vocab: .* 257 is the least"):
        obtained(base, bpe_of(256))


def test_a_folder_beside_the_recipe(base: Path):
    trained, _ = obtained(base, bpe_of(300))
    (base / "tok").symlink_to(trained.folder)
    encoder, _ = obtained(base, Tokenizer("hub", {"name": "tok"}))
    assert (encoder.hash, encoder.eos) == (trained.hash, trained.eos)
    weights = (Start("trunk", "tok"),)
    assert obtained(base, None, starts=weights)[0].hash == trained.hash


def test_no_tokenizer_or_a_broken_one_is_refused(base: Path):
    with pytest.raises(Refusal, match="names no tokenizer"):
        obtained(base, None)
    (base / "tok").mkdir()
    (base / "tok" / "tokenizer.json").write_text("{")
    with pytest.raises(Refusal, match=r"tokenizer-unusable: .* cannot be loaded"):
        obtained(base, Tokenizer("hub", {"name": "tok"}))


def test_a_tokenizer_without_an_end_is_refused(base: Path):
    from tokenizers import Tokenizer as Fast
    from tokenizers import models
    from transformers import PreTrainedTokenizerFast

    PreTrainedTokenizerFast(tokenizer_object=Fast(models.BPE())).save_pretrained(str(base / "endless"))
    with pytest.raises(Refusal, match="has no end-of-text token"):
        load(base / "endless")


def test_the_sample_is_drawn_evenly_and_bounded():
    sources = [lambda: iter(["a" * 10] * 50), lambda: iter(["b" * 35] * 50), lambda: iter(["c"])]
    drawn = "".join(bpe.sample(sources, 300))
    assert len(drawn) == 300
    assert drawn.count("c") == 1
    assert abs(drawn.count("a") - drawn.count("b")) <= 35


def test_it_hears_what_the_first_phases_read_so_that_a_later_source_changes_nothing(base: Path):
    (base / "b.txt").write_text("entirely other words " * 500)
    first, sources = phase("p", blend(a="1"), 1), [source("a", path="a.txt"), source("b", path="b.txt")]
    later = phase("q", blend(b="1"), 1, **after(first))
    fork = phase("r", blend(b="1"), 1)

    def hashed(*phases: Phase) -> str:
        made = plan(phases, sources, bpe_of(400))
        return obtain(made, base, base / "cache", readings(made, base, installed()), lambda _: None).hash

    assert hashed(first, later) == hashed(first)
    assert hashed(first, fork) != hashed(first)
