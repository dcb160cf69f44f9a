"""insight-pipeline: call analytics for STARFACE phone systems, as Dagster assets.

Rooms, from the ground up: `model` (vocabulary), `sources`, `legs`, `facts`, `privacy`, `sinks` (which do
not know each other), `orchestration` (Dagster) and `cli`. `simulator` stands apart.
"""

__version__ = "0.1.0"
