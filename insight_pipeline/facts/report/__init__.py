"""Figures of a report from tables of the lake: sums first, ratios of sums after.

One module a section, each with one function from `Given` to the figures it shows. What the figures mean
stands in the rules (R 9 to R 17); how they look is no matter here.
"""
