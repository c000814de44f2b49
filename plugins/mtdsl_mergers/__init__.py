"""Weights out of weights, built in; registered as any third party's are."""
