"""What is no page of work: signing in and out, the live look, readiness."""
