"""What can be wrong, and how it is shown."""

from mtdsl.diag.model import Diagnostic, Fix, Label, Refusal, Report, Severity, Source, Span, refuse

__all__ = ["Diagnostic", "Fix", "Label", "Refusal", "Report", "Severity", "Source", "Span", "refuse"]
