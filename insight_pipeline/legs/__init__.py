"""Pure: call list rows become call legs. Times (R 4), parties (R 6), agents (R 8), order (R 9).

No file, network, clock or random source; what the rules need comes in as arguments. What follows from
the legs of a call taken together, its outcome and figures, is for `facts`.
"""
