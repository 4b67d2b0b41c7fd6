"""What the running application counts about itself, for staff and for monitoring."""
