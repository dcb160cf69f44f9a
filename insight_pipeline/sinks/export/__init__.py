"""Tables as files for people and programs: CSV, Excel, Parquet."""
