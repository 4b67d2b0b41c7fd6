"""Which reminders an appointment should have: rules applied to its present version, written as a
difference.

Decides what is due when, and what is taken back; speaks to no provider. The door is
`plan.plan_appointments`, called in the transaction of every change.
"""
