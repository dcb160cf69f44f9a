"""Migrations of the relational database, one a version of the model; `migrating` runs them."""
