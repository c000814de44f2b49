from functools import partial

import pytest
import tiny
import torch
from torch.nn.functional import cross_entropy

from mtdsl.diag import Refusal
from mtdsl.run.loss import LossModel, summed_loss, token_losses
from mtdsl.run.model import from_config


def problem(tokens=37, width=8, vocabulary=19, seed=0):
    generator = torch.Generator().manual_seed(seed)
    hidden = torch.randn(tokens, width, generator=generator, dtype=torch.float64)
    weight = torch.randn(vocabulary, width, generator=generator, dtype=torch.float64)
    labels = torch.randint(0, vocabulary, (tokens,), generator=generator)
    labels[[0, 5, tokens - 1]] = -100
    return hidden.float().requires_grad_(), weight.float().requires_grad_(), labels


@pytest.mark.parametrize("chunk", [1, 7, 36, 37, 1000])
def test_the_sum_and_its_gradients_are_those_of_torch(chunk):
    hidden, weight, labels = problem()
    (summed_loss(hidden, weight, labels, chunk) * 0.3).backward()
    mine = hidden.grad, weight.grad
    exact = [tensor.detach().double().requires_grad_() for tensor in (hidden, weight)]
    loss = cross_entropy(exact[0] @ exact[1].t(), labels, reduction="sum", ignore_index=-100)
    (loss * 0.3).backward()
    torch.testing.assert_close(summed_loss(hidden, weight, labels, chunk).double(), loss, rtol=1e-6, atol=1e-6)
    for found, tensor in zip(mine, exact, strict=True):
        torch.testing.assert_close(found.double(), tensor.grad, rtol=1e-5, atol=1e-6)


def test_the_losses_of_tokens_are_those_of_torch_and_zero_where_masked():
    hidden, weight, labels = problem()
    losses = token_losses(hidden, weight, labels, chunk=10)
    wanted = cross_entropy(hidden @ weight.t(), labels, reduction="none", ignore_index=-100)
    torch.testing.assert_close(losses, wanted, rtol=1e-5, atol=1e-6)
    assert (losses[labels == -100] == 0).all()


@pytest.mark.parametrize("chunk", [7, 1000])
def test_another_objective_and_its_gradients_are_those_of_torch(chunk):
    hidden, weight, labels = problem()
    smoothed = partial(cross_entropy, ignore_index=-100, label_smoothing=0.3)
    kept = []
    (summed_loss(hidden, weight, labels, chunk, kept, partial(smoothed, reduction="none")) * 0.3).backward()
    exact = [tensor.detach().double().requires_grad_() for tensor in (hidden, weight)]
    loss = smoothed(exact[0] @ exact[1].t(), labels, reduction="sum")
    (loss * 0.3).backward()
    torch.testing.assert_close(torch.cat(kept).double().sum(), loss, rtol=1e-6, atol=1e-6)
    assert not any(losses.requires_grad for losses in kept)
    for found, tensor in zip((hidden, weight), exact, strict=True):
        torch.testing.assert_close(found.grad.double(), tensor.grad, rtol=1e-5, atol=1e-6)


def test_in_bfloat16_the_loss_and_the_gradient_of_the_head_stay_float32():
    hidden, weight, labels = problem(tokens=200)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = summed_loss(hidden, weight, labels, chunk=16)
    loss.backward()
    exact = weight.detach().clone().requires_grad_()
    cross_entropy(hidden.detach() @ exact.t(), labels, reduction="sum").backward()
    assert loss.dtype == weight.grad.dtype == torch.float32
    assert (weight.grad - exact.grad).norm() < 0.01 * exact.grad.norm()


def test_all_logits_never_exist_at_once():
    tokens, vocabulary, chunk = 4096, 4096, 256
    hidden, weight = torch.randn(tokens, 8, requires_grad=True), torch.randn(vocabulary, 8, requires_grad=True)
    labels = torch.zeros(tokens, dtype=torch.int64)
    with torch.profiler.profile(profile_memory=True) as profile:
        summed_loss(hidden, weight, labels, chunk)
    largest = max(event.cpu_memory_usage for event in profile.events())
    assert largest < tokens * vocabulary * 4 / 2


def test_a_model_returns_what_transformers_calls_its_loss():
    model = tiny.model()
    row = tiny.flat([9, 30])
    summed = LossModel(model)(**vars(row), scale=1 / 37)
    model.set_attn_implementation("eager")
    logits = torch.cat([model(ids[None]).logits[0] for ids in row.input_ids.split([9, 30])])
    torch.testing.assert_close(summed, cross_entropy(logits, row.labels), rtol=1e-5, atol=1e-5)


def test_summing_two_halves_is_the_whole():
    loss_model = LossModel(tiny.model())
    row = tiny.flat([10, 10])
    halves = [tiny.flat([10]), tiny.flat([10])]
    halves[0].input_ids, halves[1].input_ids = row.input_ids.split(10)
    halves[0].labels, halves[1].labels = row.labels.split(10)
    parts = sum(loss_model(**vars(half), scale=1 / 18) for half in halves)
    torch.testing.assert_close(parts, loss_model(**vars(row), scale=1 / 18))


def test_two_equal_steps_are_equal_bit_for_bit():
    def step():
        model = tiny.model()
        LossModel(model)(**vars(tiny.flat([9, 30, 100])), scale=0.01).backward()
        return [parameter.grad for parameter in model.parameters()]

    assert all(torch.equal(one, other) for one, other in zip(step(), step(), strict=True))


def test_a_head_that_is_no_plain_matrix_is_refused():
    model = from_config(tiny.config().to_dict())
    model.lm_head = torch.nn.Linear(32, tiny.VOCABULARY, bias=True)
    with pytest.raises(Refusal, match="head"):
        LossModel(model)
