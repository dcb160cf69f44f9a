"""Writing: the lake (Parquet) and what is loaded from it. Tables come in as the model declares them."""
