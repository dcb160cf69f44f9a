"""What writes the generated parts of the documentation and runs what the documentation shows.

`python -m docsite` writes them anew; tests say when that is due. Pages that people write lie in `docs`
and do not come from here; the program never imports this package, and it is not installed with it.
"""
