"""Pure: what may leave the raw store (R 16). Knows tables and fields, not where they are stored."""
