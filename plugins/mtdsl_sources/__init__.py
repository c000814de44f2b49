"""Where documents come from, built in; registered as any third party's are."""
