"""How the running application is: its periodic tasks, their last runs, what is late, who is told.

Decides what is a problem and in which words. Work itself is done in the rooms that the tasks call.
The doors are `health.take_pulse` and `alerts.banners`.
"""
