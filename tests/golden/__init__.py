"""Golden data: exports with the tables that the rules give for them."""
