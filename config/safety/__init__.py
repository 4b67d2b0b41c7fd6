"""What keeps a site that is for real patients from being left open."""
