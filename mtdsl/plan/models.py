"""What is trained: fresh weights, a tokenizer, checkpoints made elsewhere."""

from __future__ import annotations

from mtdsl.diag import Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.diag.nearest import suggest
from mtdsl.lang import tree
from mtdsl.plan.attributes import DESCRIPTIVE, unknown_attribute
from mtdsl.plan.drafts import Written
from mtdsl.plan.evaluate import Evaluator, count, length, rate, text, whole
from mtdsl.plan.model import Model, Param, Start, Tokenizer
from mtdsl.plan.names import Found, Scope

LLAMA = ("layers", "width", "heads", "kv_heads", "ffn", "head_dim", "tie")
REQUIRED = ("layers", "width", "heads")
DEEPEST = 10_000
"""Layers: ten times those of DeepNet (arXiv:2203.00555)."""
VOCABULARY = ("vocab", "vocab_size", "vocabulary")
FACTS = ("weights", "tokens", "context", "lr")


def model_of(written: Written, evaluator: Evaluator) -> Model:
    """`llama(layers = 6, width = 256, heads = 4)` or `config("folder or hub name")`. Raises `Mistake`."""
    call = _call(written.value, "model", "llama(layers = 4, width = 256, heads = 4)", 'config("name")')
    kind = call.func.span.text
    if kind == "config":
        return Model("config", {"name": _one_text(call, "config")})
    if kind != "llama":
        help, fix = suggest(kind, call.func.span, ("llama", "config"), 'there are `llama(...)` and `config("name")`')
        raise mistake("unknown-model", f"there is no model `{kind}`", call.func.span, help=help, fix=fix)
    params = _llama(call, written.scope, evaluator)
    missing = [name for name in REQUIRED if name not in params]
    if missing:
        raise mistake("plugin-argument", f"`llama` needs {', '.join(f'`{name}`' for name in missing)}", call.span)
    sizes = _completed(params)
    _divides(sizes, call.span)
    return Model("llama", sizes)


def tokenizer_of(written: Written, evaluator: Evaluator) -> Tokenizer:
    """`bpe(vocab = 4096)`, or the name of a folder or hub tokenizer. Raises `Mistake`."""
    if isinstance(written.value, tree.String):
        return Tokenizer("hub", {"name": written.value.value})
    call = _call(written.value, "tokenizer", "bpe(vocab = 4096)", '"name"')
    if call.func.span.text != "bpe" or call.args or [item.name for item in call.named] != ["vocab"]:
        raise mistake("unknown-model", "a tokenizer is `bpe(vocab = 4096)` or a name in quotes", call.span)
    value = call.named[0].value
    size = count(evaluator.number(_still(value), written.scope), "vocab")
    if size < 257:
        raise mistake(
            "unit-mismatch", "a byte-level vocabulary has at least 257 entries: 256 bytes and an end of text", value.span
        )
    return Tokenizer("bpe", {"vocab": size})


def start_of(found: Found, evaluator: Evaluator) -> Start:
    """A `start` item: facts may be missing. Raises `Mistake`."""
    assert isinstance(found.item, tree.Start)
    scope, facts = Scope(found.module), {}
    for entry in found.item.body.entries:
        if isinstance(entry, tree.When) or entry.name not in (*FACTS, *DESCRIPTIVE):
            raise _no_fact(entry)
        if entry.name == "context" and isinstance(entry.value, tree.Ruled):
            hint = f"write `context = {entry.value.value.span.text}`: the positions are those of the weights"
            raise mistake("not-a-number", "the `context` of a start is the window alone", entry.value.span, help=hint)
        facts[entry.name] = entry.value
    tokens, context, lr = (
        evaluator.number(_still(facts[name]), scope) if name in facts else None for name in ("tokens", "context", "lr")
    )
    if tokens is not None and tokens.dimension not in ("tokens", "number"):
        raise mistake("unit-mismatch", f"`tokens` takes a number of tokens, not {tokens.noun}", tokens.span)
    return Start(
        name=found.item.name,
        weights=text(facts["weights"], "weights") if "weights" in facts else None,
        tokens=None if tokens is None else whole(tokens, "tokens"),
        context=None if context is None else length(context, "context"),
        lr=None if lr is None else rate(lr, "lr"),
    )


def declares(found: Found, fact: str) -> bool:
    """Whether a `start` item says a fact itself."""
    assert isinstance(found.item, tree.Start)
    return any(isinstance(entry, tree.Attribute) and entry.name == fact for entry in found.item.body.entries)


def _no_fact(entry: tree.Attribute | tree.When) -> Mistake:
    if isinstance(entry, tree.When):
        return mistake("unknown-key", "a start has no events", entry.span)
    return unknown_attribute(entry, FACTS, "a start")


def _llama(call: tree.Call, scope: Scope, evaluator: Evaluator) -> dict[str, Param]:
    if call.args:
        raise mistake("plugin-argument", "`llama` takes named sizes: `layers = 4`", call.args[0].span)
    params: dict[str, Param] = {}
    for item in call.named:
        if item.name not in LLAMA:
            help, fix = suggest(item.name, item.name_span, LLAMA, f"it has {', '.join(f'`{name}`' for name in LLAMA)}")
            if item.name in VOCABULARY:
                help, fix = f"the tokenizer says it: `tokenizer = bpe(vocab = {item.value.span.text})`, or its name", None
            message = f"`llama` has no parameter `{item.name}`"
            raise mistake("plugin-argument", message, item.name_span, help=help, fix=fix)
        if item.name == "tie":
            params["tie"] = evaluator.word(item.value, scope, ("true", "false"), "tie") == "true"
        else:
            params[item.name] = _size(item, scope, evaluator)
    return params


def _size(item: tree.Named, scope: Scope, evaluator: Evaluator) -> int:
    value = count(evaluator.number(_still(item.value), scope), item.name)
    if value < 1:
        raise mistake("unit-mismatch", f"`{item.name}` must be at least 1", item.value.span)
    if item.name == "layers" and value > DEEPEST:
        hint = "write how many layers there are, such as `32`; how many parameters that makes is worked out"
        raise mistake("unit-mismatch", f"`layers` must be at most {DEEPEST:,}", item.value.span, help=hint)
    return value


def _completed(params: dict[str, Param]) -> dict[str, Param]:
    """Every size spelled out, so that nothing is left to whoever builds the model."""
    width, heads = int(str(params["width"])), int(str(params["heads"]))
    defaults: dict[str, Param] = {"kv_heads": heads, "head_dim": width // heads, "ffn": ffn_of(width), "tie": True}
    return {name: {**defaults, **params}[name] for name in LLAMA}


def _divides(sizes: dict[str, Param], span: Span) -> None:
    width, heads, groups, head = (int(str(sizes[name])) for name in ("width", "heads", "kv_heads", "head_dim"))
    if width % heads:
        raise mistake("plugin-argument", f"a width of {width} is not divided by {heads} heads", span)
    if heads % groups:
        raise mistake("plugin-argument", f"{heads} heads are not divided by {groups} kv_heads", span)
    if head % 2:
        raise mistake("plugin-argument", f"rotary positions need an even head dimension, not {head}", span)


def _call(value: tree.Value, of: str, *examples: str) -> tree.Call:
    if isinstance(value, tree.Call):
        return value
    hint = "write " + ", or ".join(f"`{of} = {example}`" for example in examples)
    if of == "model" and isinstance(value, tree.String):
        name = value.span.text
        hint = f"write `model = config({name})` for fresh weights, or go on from its own: `start base {{ weights = {name} }}`"
    raise mistake("not-a-call", f"`{of}` takes a description, not just a name", value.span, help=hint)


def _one_text(call: tree.Call, of: str) -> str:
    if len(call.args) != 1 or call.named:
        raise mistake("plugin-argument", f'write {of}("name")', call.span)
    return text(call.args[0], of)


def _still(value: tree.Value) -> tree.Expr:
    if isinstance(value, tree.Hold | tree.Ruled | tree.Move):
        raise mistake("not-a-number", "a number that stands still is expected here", value.span)
    return value


def parameters_of(model: Model, vocab: int) -> tuple[int, int]:
    """A llama's parameters: all of them, and those in matrix products of one token (embedding looked up, head counted).

    Attention 2 d k (h + g) with h heads of size k and g key-value heads, a gated MLP of 3 d f, two norms a layer.
    """
    width, heads, groups, head, ffn, layers = (
        int(str(model.params[name])) for name in ("width", "heads", "kv_heads", "head_dim", "ffn", "layers")
    )
    layer = 2 * width * head * (heads + groups) + 3 * width * ffn
    matrices = layers * layer + vocab * width
    untied = 0 if model.params["tie"] else vocab * width
    return matrices + untied + (2 * layers + 1) * width, matrices


def ffn_of(width: int) -> int:
    """The default inner width of a SwiGLU layer: 8/3 of the model's (arXiv:2002.05202), up to a multiple of 32."""
    return -(-8 * width // 3 // 32) * 32
