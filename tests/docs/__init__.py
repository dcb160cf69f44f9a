"""The documentation: that it is current, that the site builds, and that what it shows works."""
