"""Lists that say what to do next, and figures that say how it went."""
