"""What sending heeds after a backup was restored; catching up itself is `domain.backup`'s."""
