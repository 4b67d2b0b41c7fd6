"""Who is booked, on which phone, and whether they may be texted."""
