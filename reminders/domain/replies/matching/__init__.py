"""What a number was told and asked, and what it did lately: all that matching a reply looks up."""
