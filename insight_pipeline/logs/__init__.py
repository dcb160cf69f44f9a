"""The log of the program: events as JSON lines below data_dir, written, rotated and read again.

`events` is what other rooms log with, `writing` sets the log up, `reading` and `choosing` are for those who
look at it. What may be logged: few events, with counts and codes; no bodies, tokens, names or rows. Words
for events stand in `model.log_words`; messages to users in `model.messages`.
"""
