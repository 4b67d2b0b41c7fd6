"""Pages of figures that argue: before and after a day, prices, files of appointments, trials."""
