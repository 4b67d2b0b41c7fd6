"""What goes now is looked at once more, written and marked, before anybody is called."""
