"""Assets by stage: sources, legs, facts, sinks. One graph an installation, made by one factory."""
