"""Pure: legs become queue visits, agent contacts, calls, intervals and figures (R 9 to R 13, R 17).

No file, network, clock or random source. How rows become legs is for `legs`, how tables are stored for
`sinks`.
"""
