"""When something is due, in local time: rules as calendar arithmetic, texting hours, wall times.

Pure functions: no database, no clock of their own, `now` comes in. Which rules apply to whom is
`planning`'s. The door is `rule_schedule.plan`.
"""
