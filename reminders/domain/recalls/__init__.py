"""Who is due for a visit and has none, and their invitations: found each night, sent by a person.

What is answered to one is read as any reply, and books nothing (`replies.decide`).
"""
