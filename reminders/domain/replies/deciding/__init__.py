"""The parts of a decision: which appointments are picked, and what a yes or no does to them."""
