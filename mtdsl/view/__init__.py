"""A plan as text and as a picture; both draw the same columns (`columns`) and spell numbers alike (`numbers`)."""
