"""The call list: `whom` decides who is on it and why, `households` reads what is shown of them."""
