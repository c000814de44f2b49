"""What a used file says beside its names."""

USES = 'use "lib.mtr" (base)\nphase x like base {}\nflow x\n'
BASE = "data web { tokens = 1B }\nphase base { steps = 2, batch = 1 x 256, context = 256, lr = 1e-3, mix = web }\n"


def said(found, library):
    plan, diagnostics = found(USES, files=[("lib.mtr", library)])
    assert plan is not None, diagnostics
    return [(one.id, one.severity, one.message) for one in diagnostics]


def test_names_and_a_citation_are_all_it_may_say(found):
    assert said(found, BASE + 'cite = "arXiv:2412.04403"\n') == []


def test_what_has_no_effect_is_a_warning(found):
    (warning,) = said(found, BASE + "mask = none\nclip = 1\n")
    assert warning[:2] == ("used-file-says-more", "warning")
    assert "`mask = none` and 1 more" in warning[2]


def test_a_recipe_of_its_own_is_a_note(found):
    (note,) = said(found, 'recipe other "whole"\n' + BASE + "flow base\n")
    assert note == ("used-file-says-more", "note", "`lib.mtr` also says `flow base`, which counts in that recipe only")


def test_a_long_one_is_cut(found):
    (warning,) = said(found, BASE + f'check base.tokens <= 1M and base.steps <= {"1" * 12} and base.steps >= 1 "as told"\n')
    assert "..." in warning[2]
