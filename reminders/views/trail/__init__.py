"""The trail on the pages: who did what, whether it is whole, and what tells it of a print."""
