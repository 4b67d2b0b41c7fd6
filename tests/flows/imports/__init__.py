"""Diaries that come in as files, by command and by folder."""
