from mtdsl.diag import Source
from mtdsl.lang import parse


def test_docs_stand_above_or_behind(items):
    phase, let, plain = items(
        "## Long windows.\n"
        "## From 4k to 32k.\n"
        "phase a {  ## the first\n"
        "    ## the released config\n"
        "    context = -> 32k by rope(theta = 2M)    ## the blog says 1.5M\n"
        "    lr = 1, mix = b  ## of b only\n"
        "    x = 1, ## with a comma\n"
        "}\n"
        "let c = 3  ## three\n"
        "# no doc\n"
        "let d = 4  # none either\n"
    )
    assert phase.doc == "Long windows.\nFrom 4k to 32k.\nthe first"
    assert [entry.doc for entry in phase.body.entries] == [
        "the released config\nthe blog says 1.5M",
        "",
        "of b only",
        "with a comma",
    ]
    assert (let.doc, plain.doc) == ("three", "")


def test_doc_of_a_phase_on_one_line_is_its_own(item):
    phase = item("phase a { x = 1, y = 2 }  ## both")
    assert (phase.doc, [entry.doc for entry in phase.body.entries]) == ("both", ["", ""])


def test_doc_needs_no_blank_line_between(items):
    (setting,) = items("## far\n\nmask = document")
    assert setting.doc == ""
    (setting,) = items("## near\nmask = document")
    assert (setting.doc, setting.attribute.doc) == ("near", "near")


def test_a_sign_inside_a_text_is_no_comment(items):
    (recipe,) = items('recipe a "b ## c"')
    assert (recipe.title, recipe.doc) == ("b ## c", "")


def test_allows():
    text = "a = 1  # mtr: allow(lr-jump, mask-changes)\nb = 2  # measured # mtr: allow( x )\n"
    file, found = parse(Source("t.mtr", text))
    assert found == ()
    assert [(allow.ids, allow.line) for allow in file.allows] == [(("lr-jump", "mask-changes"), 1), (("x",), 2)]
    assert [allow.span.text for allow in file.allows] == ["# mtr: allow(lr-jump, mask-changes)", "# mtr: allow( x )"]


def test_an_allow_says_why():
    file, _ = parse(Source("t.mtr", "a = 1  # mtr: allow(mask-changes): the published run did (it says)\n"))
    assert (file.allows[0].ids, file.allows[0].reason) == (("mask-changes",), "the published run did (it says)")


def test_an_allow_on_its_own_line_speaks_of_the_next_that_says_anything():
    file, _ = parse(Source("t.mtr", "# mtr: allow(x)\n# mtr: allow(y)\n\na = 1\n# mtr: allow(z)\n"))
    assert [allow.line for allow in file.allows] == [4, 4, 5]


def test_an_allow_is_no_doc_and_hides_none():
    file, _ = parse(Source("t.mtr", "## far\n# mtr: allow(x): why\n## near\na = 1  ## behind # mtr: allow(y)\n"))
    assert file.items[0].doc == "far\nnear\nbehind"


def test_other_directives_are_a_warning():
    file, found = parse(Source("t.mtr", "a = 1  # mtr: alow(lr-jump)\n"))
    assert [(one.id, one.severity) for one in found] == [("unknown-directive", "warning")]
    assert (len(file.items), file.allows) == (1, ())


def test_allows_are_kept_where_items_are_broken():
    file, found = parse(Source("t.mtr", "a = = 1  # mtr: allow(x)\nb = 2\n"))
    assert len(found) == 1
    assert [allow.ids for allow in file.allows] == [("x",)]
