"""Insight: the analytic copy of the records, one loader and one chart per question, and the check of the invariants."""
