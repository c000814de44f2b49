"""Character for character what GitHub reads."""

from dataclasses import replace

from mtdsl.diag import Label, Source, Span, github


def test_a_command_a_diagnostic(jump, several_lines, nowhere):
    assert github.render([jump, several_lines, nowhere]) == (
        "::error title=mtdsl (lr-jump),file=r.mtr,line=39,endLine=39,col=15,endColumn=19::"
        "the learning rate jumps from 0 to 2e-5 where `ctx32k` begins%0A`ctx32k` starts at 2e-5%0A"
        "help: if the restart is meant, say so: transition decay -> ctx32k { lr = restart }\n"
        "::warning title=mtdsl (mix-not-100),file=my mixes/a%2Cb.mtr,line=1,endLine=3::50 %25,%0Anot 100 %25\n"
        "::notice title=mtdsl (plugin-broken)::`acme` failed to load: 100%25 of it"
    )


def test_what_was_typed_is_in_no_file(jump):
    typed = replace(jump, labels=(Label(Span(Source("--set", "50 B"), 0, 4), "here"),), help=None)
    assert github.render([typed]) == (
        "::error title=mtdsl (lr-jump)::the learning rate jumps from 0 to 2e-5 where `ctx32k` begins%0Ahere"
    )


def test_nothing_found_is_nothing_said():
    assert github.render([]) == ""
