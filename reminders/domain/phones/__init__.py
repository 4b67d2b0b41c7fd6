"""What a telephone number is: read from any notation, checked against its country's plan, shown,
searched.

Pure functions. Whether a number may be texted is `consent`'s and `sending`'s. The doors are
`parsing.read_phone` and `parsing.read_phones`.
"""
