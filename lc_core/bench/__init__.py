"""Benchmarks: what a thing costs beside the plainest way to do it, both measured in one run, so that the ratio means something.

A bench is one file with a `BENCH`, named in `registry`. It works in a database of its own, never in the installation's.
"""
