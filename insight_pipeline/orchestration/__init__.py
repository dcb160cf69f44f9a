"""Everything that Dagster sees, and the composition of the rooms below it.

Assets by stage, checks, partitions, schedules, sensors, jobs. An asset loads, calls one pure function and
returns with counts; rules and formats belong to the rooms below.
"""
