"""One technique by itself: what it says, what it takes, and a picture of what it does in a small recipe."""
