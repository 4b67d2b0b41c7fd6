"""What a line of the log may say and how it is written."""
