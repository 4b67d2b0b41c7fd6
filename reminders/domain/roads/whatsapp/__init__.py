"""WhatsApp by the provider's Conversation API. What is sent can't be called back, so a text counts
as gone out from the moment at which it was accepted.
"""
