"""What a report is made from, and the figures it shows: the words that `facts` and `sinks` share.

`given` holds what a report starts from, `figures` what its sections show. A section of its own brings a
file of its own types. How figures come about stands in `facts.report`, how they look in `sinks.report`.
"""
