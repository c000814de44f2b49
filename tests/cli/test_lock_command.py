"""`mtdsl lock` on real files, and what a plan and a run make of it: present, absent and stale."""

import json
import random

import pytest

pytest.importorskip("transformers")
from transformers import LlamaConfig

SENTENCE = "the window of a phase grows where its first step begins and no number is copied by hand"
RECIPE = """\
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data a = text(path = "a/*.txt")
data b { source = jsonl(path = "b.jsonl"), max_epochs = 8 }
mix both { a = 50%, b = 50% }
phase one { epochs = 2, batch = 2 x 64, context = 64, lr = 1e-3 -> 0 by linear, warmup = 1 steps, mix = both }
"""


def text(seed, words=400):
    return " ".join(random.Random(seed).choices(SENTENCE.split(), k=words))


@pytest.fixture
def toy(tmp_path, mtdsl):
    """A recipe on two sources, and `mtdsl` with a cache of its own."""
    (tmp_path / "a").mkdir()
    for number in range(3):
        (tmp_path / "a" / f"{number}.txt").write_text(text(number))
    (tmp_path / "b.jsonl").write_text("".join(json.dumps({"text": text(10 + at, 40)}) + "\n" for at in range(5)))
    (tmp_path / "toy.mtr").write_text(RECIPE)
    return lambda *words: mtdsl(*words, MTDSL_CACHE=tmp_path / "cache", HF_HUB_OFFLINE="1")


def planned(toy, *words):
    done = toy("plan", "toy.mtr", "--format", "json", *words)
    return json.loads(done.stdout) if done.returncode == 0 else None, done.stderr


def test_present_absent_and_stale(toy, tmp_path):
    assert planned(toy)[0] is None  # epochs of what nobody has counted
    done = toy("lock", "toy.mtr")
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["tokenizer is new", "data a is new", "data b is new"]

    plan, said = planned(toy)
    sizes = {source["name"]: source for source in plan["sources"]}
    assert said == ""
    assert {name: source["size"]["certainty"] for name, source in sizes.items()} == {"a": "measured", "b": "measured"}
    assert (sizes["a"]["documents"]["value"], sizes["b"]["documents"]["value"]) == (3, 5)
    tokens = sum(source["size"]["value"] for source in plan["sources"])
    assert plan["phases"][0]["steps"] == -(-2 * tokens // 128)
    assert plan["phases"][0]["certainty"] == "measured"
    assert set(plan["pins"]) == {"data a", "data b", "tokenizer"}

    before = (tmp_path / "toy.lock").read_text()
    again = toy("lock", "toy.mtr")
    assert (again.returncode, again.stdout, (tmp_path / "toy.lock").read_text()) == (0, "", before)
    assert toy("lock", "toy.mtr", "--check").returncode == 0

    (tmp_path / "toy.mtr").write_text(RECIPE.replace('"a/*.txt"', '"a/[01].txt"'))
    assert toy("check", "toy.mtr", "--format", "concise").stdout.count("lock-stale") == 1
    stale = toy("lock", "toy.mtr", "--check")
    assert stale.returncode == 1
    assert "data a is described in another way" in stale.stdout
    assert (tmp_path / "toy.lock").read_text() == before
    assert toy("lock", "toy.mtr").returncode == 0
    assert json.loads((tmp_path / "toy.lock").read_text())["sources"]["a"]["documents"] == 2


def test_the_counts_are_those_of_the_tokenizer_that_the_run_uses(toy, tmp_path):
    from transformers import AutoTokenizer

    assert toy("lock", "toy.mtr").returncode == 0
    (folder,) = [path for path in (tmp_path / "cache" / "tokenizers").iterdir() if path.is_dir()]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = [(tmp_path / "a" / f"{number}.txt").read_text() for number in range(3)]
    lengths = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) + 1 for text in texts]
    found = json.loads((tmp_path / "toy.lock").read_text())
    assert found["sources"]["a"]["tokens"] == sum(lengths)
    assert found["sources"]["a"]["longest"] == max(lengths)
    assert found["tokenizer"]["vocab"] == len(tokenizer)


def test_a_run_holds_to_the_lock(toy, tmp_path):
    (tmp_path / "toy.mtr").write_text(RECIPE.replace("epochs = 2", "steps = 2"))
    assert toy("lock", "toy.mtr").returncode == 0
    done = toy("run", "toy.mtr")
    assert done.returncode == 0, done.stderr
    kept = tmp_path / "runs" / "toy"
    assert (kept / "recipe" / "toy.lock").read_text() == (tmp_path / "toy.lock").read_text()
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": text(99)}) + "\n")
    assert "data b has other content" in toy("lock", "toy.mtr", "--check").stdout
    done = toy("run", "toy.mtr", "--out", "runs/again")
    assert done.returncode == 1
    assert "error[lock-differs]: `b` is not what the lock was made of" in done.stderr
    assert not (tmp_path / "runs" / "again").exists()
    assert toy("run", "--plan", kept / "plan.json", "--out", "runs/again").returncode == 1


def test_what_cannot_be_reached_is_named_and_loses_nothing(toy, tmp_path):
    assert toy("lock", "toy.mtr").returncode == 0
    before = json.loads((tmp_path / "toy.lock").read_text())
    away = 'data c = hub(name = "no-such-owner/no-such-set")\n'
    changed = RECIPE.replace("mix both { a = 50%, b = 50% }", "mix both { a = 50%, b = 40%, c = 10% }") + away
    (tmp_path / "toy.mtr").write_text(changed.replace("epochs = 2", "steps = 9"))
    (tmp_path / "b.jsonl").unlink()
    done = toy("lock", "toy.mtr")
    assert done.returncode == 1
    assert "no-such-owner/no-such-set" in done.stderr
    assert "`b`: `b.jsonl` does not exist" in done.stderr
    after = json.loads((tmp_path / "toy.lock").read_text())
    assert (after["sources"], after["tokenizer"]) == (before["sources"], before["tokenizer"])


MODEL = """\
recipe toy "a toy"
model = config("acme")
data a { tokens = 1M }
phase one { steps = 3, batch = 2 x 64, context = 64, lr = 1e-3, warmup = 1 steps, mix = a }
"""


def test_a_named_model_is_counted_without_its_weights(toy, tmp_path):
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100}
    LlamaConfig(**sizes, num_key_value_heads=2, max_position_embeddings=512, tie_word_embeddings=False).save_pretrained(
        tmp_path / "acme"
    )
    (tmp_path / "toy.mtr").write_text(MODEL)
    assert planned(toy)[0]["totals"]["flops"] is None
    assert toy("lock", "toy.mtr").returncode == 0  # the folder has no tokenizer, and there is no text to count
    found = json.loads((tmp_path / "toy.lock").read_text())["model"]
    layer = 32 * 32 * 2 + 2 * 32 * 16 + 3 * 32 * 64
    assert (found["matrices"], found["parameters"]) == (2 * layer + 3200, 2 * layer + 2 * 3200 + 5 * 32)
    assert (found["layers"], found["heads"], found["head_dim"], found["window"], found["vocab"]) == (2, 4, 8, 512, 100)
    plan, _ = planned(toy)
    assert plan["totals"]["flops"] == 3 * 128 * (6 * found["matrices"] + 12 * 2 * 4 * 8 * 64 // 2)
    assert plan["model"]["facts"]["parameters"] == {"value": found["parameters"], "certainty": "measured", "reason": ""}


def test_a_run_holds_to_a_locked_configuration(toy, tmp_path):
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 300}
    LlamaConfig(**sizes).save_pretrained(tmp_path / "acme")
    described = RECIPE.replace("llama(layers = 1, width = 32, heads = 2)", 'config("acme")')
    (tmp_path / "toy.mtr").write_text(described.replace("epochs = 2", "steps = 2"))
    assert toy("lock", "toy.mtr").returncode == 0
    LlamaConfig(**{**sizes, "hidden_size": 64}).save_pretrained(tmp_path / "acme")
    done = toy("run", "toy.mtr")
    assert done.returncode == 1
    assert "error[lock-differs]: `model` is not what the lock was made of" in done.stderr
    assert "--> toy.mtr:2:" in done.stderr
    assert "model has other content" in toy("lock", "toy.mtr", "--check").stdout


FOREIGN = {
    "uv": 'version = 1\nrequires-python = ">=3.11"\n',
    "poetry": "# This file is automatically @generated by Poetry.\n",
    "flake": '{"nodes": {"root": {}}, "root": "root", "version": 7}\n',
    "merged": '<<<<<<< HEAD\n{"sources": {}, "format": 1}\n',
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_a_lock_that_is_not_ours_is_not_replaced(toy, tmp_path, text):
    (tmp_path / "toy.mtr").write_text(RECIPE)
    (tmp_path / "toy.lock").write_text(text)
    done = toy("lock", "toy.mtr")
    assert (done.returncode, "error[lock-broken]: `toy.lock` cannot be read" in done.stderr) == (1, True)
    assert "give the recipe another name" in done.stderr
    assert (tmp_path / "toy.lock").read_text() == text


def test_a_recipe_is_not_its_own_lock(toy, tmp_path):
    (tmp_path / "toy.lock").write_text(RECIPE)
    done = toy("lock", "toy.lock")
    assert (done.returncode, "error[lock-broken]: `toy.lock` would be its own lock" in done.stderr) == (1, True)
    assert (tmp_path / "toy.lock").read_text() == RECIPE


def test_a_broken_lock_is_written_anew_and_what_is_not_used_goes(toy, tmp_path):
    (tmp_path / "toy.mtr").write_text(RECIPE.replace("epochs = 2", "steps = 2"))
    (tmp_path / "toy.lock").write_text('{"sources": {}, "format": 0}')
    assert "error[lock-broken]" in toy("lock", "toy.mtr", "--check").stderr
    assert toy("lock", "toy.mtr").returncode == 0
    (tmp_path / "toy.mtr").write_text(RECIPE.replace("epochs = 2", "steps = 2").replace("a = 50%, b = 50%", "a = 100%"))
    assert "data b is not used any more" in toy("lock", "toy.mtr", "--check").stdout
    assert toy("lock", "toy.mtr").returncode == 0
    assert list(json.loads((tmp_path / "toy.lock").read_text())["sources"]) == ["a"]


def test_a_recipe_without_anything_to_lock_is_told_so(toy, tmp_path):
    (tmp_path / "toy.mtr").write_text(MODEL.replace('config("acme")', "llama(layers = 1, width = 32, heads = 2)"))
    done = toy("lock", "toy.mtr")
    assert (done.returncode, "error[lock-nothing]" in done.stderr) == (1, True)
    assert not (tmp_path / "toy.lock").exists()


def test_nothing_is_written_where_nothing_could_be_reached(toy, tmp_path):
    (tmp_path / "toy.mtr").write_text(MODEL)
    done = toy("lock", "toy.mtr")
    assert (done.returncode, "there is no folder `acme`" in done.stderr) == (1, True)
    assert "--> toy.mtr:2:9" in done.stderr
    assert not (tmp_path / "toy.lock").exists()


def test_a_checkpoint_is_read_with_the_rate_that_its_trainer_ended_at(toy, tmp_path):
    from transformers import LlamaForCausalLM

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 100}
    LlamaForCausalLM(LlamaConfig(**sizes, max_position_embeddings=64)).save_pretrained(tmp_path / "old")
    state = {"global_step": 500, "log_history": [{"step": 500, "learning_rate": 9e-5}]}
    (tmp_path / "old" / "trainer_state.json").write_text(json.dumps(state))
    phase = "phase one { steps = 3, batch = 2 x 64, lr = -> 0, mix = a }\nflow old -> one\n"
    start = 'start old { weights = "old", context = 64 }\n'
    (tmp_path / "toy.mtr").write_text(f"recipe toy\ndata a {{ tokens = 1M }}\n{start}{phase}")
    assert "`mtdsl lock` read it from the checkpoint" in toy("check", "toy.mtr").stdout
    done = toy("lock", "toy.mtr")
    assert done.returncode == 0, done.stderr
    assert "500 steps, the last at a learning rate of 9e-05" in done.stdout
    plan, _ = planned(toy)
    assert (plan["starts"][0]["lr"], plan["starts"][0]["certainty"]["lr"], plan["phases"][0]["lr"]["start"]) == (
        9e-5,
        "measured",
        9e-5,
    )
    assert "lock" in next(line for line in toy("show", "toy.mtr", "old").stdout.splitlines() if line.startswith("lr"))
    assert toy("lock", "toy.mtr", "--check").returncode == 0
    state["log_history"][0]["learning_rate"] = 8e-5
    (tmp_path / "old" / "trainer_state.json").write_text(json.dumps(state))
    assert "start old was trained otherwise" in toy("lock", "toy.mtr", "--check").stdout


def test_a_tokenizer_is_not_trained_on_what_is_only_declared(toy, tmp_path):
    (tmp_path / "toy.mtr").write_text(RECIPE.replace('source = jsonl(path = "b.jsonl"), max_epochs = 8', "tokens = 3B"))
    done = toy("lock", "toy.mtr")
    assert done.returncode == 1
    assert done.stderr.count("error[") == 1
    assert "error[source-declared]: `b` is declared, but nothing says where its text is" in done.stderr
    assert "--> toy.mtr:5:" in done.stderr
    assert not (tmp_path / "toy.lock").exists()


@pytest.mark.parametrize(
    "size", ["batch = 2 x 64", "batch = 128 tokens", "batch = 2 x 128, context = -> 128 by rope(theta = 2M)"]
)
def test_the_window_of_a_start_need_not_be_known_before_there_is_a_lock(toy, tmp_path, size):
    from transformers import LlamaForCausalLM

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 100}
    LlamaForCausalLM(LlamaConfig(**sizes, max_position_embeddings=64)).save_pretrained(tmp_path / "old")
    phases = (
        f"phase one {{ steps = 3, {size}, lr = 1e-3, mix = a }}\nflow old -> one\ntransition old -> one {{ lr = restart }}\n"
    )
    start = 'start old { weights = "old", lr = 1e-3 }\n'
    (tmp_path / "toy.mtr").write_text(f"recipe toy\ndata a {{ tokens = 1M }}\n{start}{phases}")
    done = toy("lock", "toy.mtr")
    assert done.returncode == 0, done.stderr
    plan, said = planned(toy)
    assert plan is not None, said
    assert plan["starts"][0]["context"] == 64
    assert plan["phases"][0]["context"]["start"] == 64


def test_a_lock_that_is_not_ours_is_made_anew_once_it_is_deleted(toy, tmp_path):
    (tmp_path / "toy.mtr").write_text(RECIPE)
    lock = tmp_path / "toy.lock"
    lock.write_text('{"format": 1, "sour')  # cut short
    help = "take one side where two versions were merged; else delete it and run `mtdsl lock`"
    assert help in toy("lock", "toy.mtr").stderr
    lock.unlink()
    assert toy("lock", "toy.mtr").returncode == 0
    assert lock.is_file()


def test_a_part_of_a_source_is_counted_where_the_recipe_cuts_it(toy, tmp_path):
    """The way out that `size-unknown` names works, and works again when the part is cut elsewhere."""
    recipe = tmp_path / "toy.mtr"
    for least in (300, 2):
        recipe.write_text(RECIPE.replace("{ a = 50%, b = 50% }", f"= 100% * a(doc.length >= {least})"))
        plan, said = planned(toy)
        assert plan is None
        assert "error[size-unknown]" in said
        assert "run `mtdsl lock`, which counts what is in this part" in said
        done = toy("lock", "toy.mtr")
        assert done.returncode == 0, done.stderr
        plan, said = planned(toy)
        assert said == ""
        (part,) = plan["sources"]
        assert part["size"]["certainty"] == "measured"
        assert toy("lock", "toy.mtr", "--check").returncode == 0
    assert "data a has parts that were not counted" in done.stdout
    assert part["documents"]["value"] == 3
    assert part["size"]["value"] == json.loads((tmp_path / "toy.lock").read_text())["sources"]["a"]["tokens"]
