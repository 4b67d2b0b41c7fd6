"""What is done about a batch of replies once it is decided: the answers, and what is written."""
