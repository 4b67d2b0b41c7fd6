"""Webhooks that a customer manages by the provider's API: which there are, and what they send."""
