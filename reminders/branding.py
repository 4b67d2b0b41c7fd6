"""What the product is called. Pages, the administration and the sign-in read the name from here."""

NAME = "Till Then"
TAGLINE = "See you there. We'll remind them till then."
