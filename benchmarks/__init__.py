"""Benchmarks: what loading costs, measured in processes of their own. No timing decides a test."""
