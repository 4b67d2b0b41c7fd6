"""The day sheet, and the pages of one appointment or one patient."""
