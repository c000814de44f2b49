"""Shapes of arrows, built in; registered as any third party's are."""
