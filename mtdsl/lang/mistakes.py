from mtdsl.diag import Diagnostic, Label


def explain(f):
    return Diagnostic("syntax", "error", "expected " + str(sorted(f.accepts)), (Label(f.span),))
