"""The site and the look of /admin/; what its lists show is decided by `reminders.admin`."""
