"""`insight`, the command line: one file a command group. It drives the same assets as the UI."""
