"""What stands on the page, one module a section, each with one function from its figures to a Section.

Which sections there are, in which order, and whose figures they show says `orchestration.reporting`.
"""
