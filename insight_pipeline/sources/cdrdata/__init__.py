"""The PBX's own database: its table `cdrdata`, read forward by id into the raw store.

Rows come as text and go through the readers of exports; what differs is how they are found. This room
knows the server, the watermark and which rows must be asked for again, and nothing of what rows mean.
"""
