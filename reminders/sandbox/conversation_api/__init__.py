"""The imitation of the provider's Conversation API, as far as WhatsApp needs it: tokens, templates,
texts, the day's window, buttons and signed callbacks. Kept in memory only.
"""
