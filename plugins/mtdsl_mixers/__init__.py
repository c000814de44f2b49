"""Rules that choose weights, built in; registered as any third party's are."""
