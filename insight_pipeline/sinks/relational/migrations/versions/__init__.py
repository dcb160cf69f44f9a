"""The steps, each frozen as it was released."""
