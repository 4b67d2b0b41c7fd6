"""Ways to the patient besides SMS: each hands over, hears what became of it, and lets the next one
take over where it does not reach.

A message has one road (`Message.road`), and one state machine for all. Which road comes first is
decided when a text is claimed (`sending.claiming.by_whatsapp`). SMS itself stays `sending`'s.
"""
