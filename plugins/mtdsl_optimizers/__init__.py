"""Optimizers, built in; registered as any third party's are."""
