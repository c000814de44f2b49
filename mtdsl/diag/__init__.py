"""What can be wrong, and how it is shown."""

from mtdsl.diag.model import Change, Diagnostic, Fix, Label, Severity
from mtdsl.diag.report import Refusal, Report, concerning, refuse
from mtdsl.diag.source import Source, Span

__all__ = ["Change", "Diagnostic", "Fix", "Label", "Refusal", "Report", "Severity", "Source", "Span", "concerning", "refuse"]
