"""How everything stands: what is up to date in which sink, what is not, and what to do first.

One module gathers what there is to say of each part, as findings; `standing` puts them together, `page`
lays them out for the UI. The command line and Dagster's asset show the same. Nothing here imports Dagster.
"""
