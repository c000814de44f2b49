"""Changes of window and positions, built in; registered as any third party's are."""
