"""The ways by which a text reaches somebody, besides the one that every text can take."""
