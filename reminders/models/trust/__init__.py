"""What is kept for how long, who did what, and what keeps strangers out."""
