"""The report as a page: one HTML file that needs nothing else and asks for nothing.

Here: how figures look. Not here: what they are (`facts.report`), nor which tables they come from and
where the page is put (`orchestration.reporting`). `html` and `language` are the pieces, `charts` the
plots, `sections` what stands one after the other, `page` the frame around it.
"""
