"""Reading: landing files and the directory become typed tables, and what cannot be read is set aside.

This room knows files, encodings, quoting and the raw store. It decides nothing about calls: which rows
become legs, and what a leg means, is for `legs` and `facts`.
"""
