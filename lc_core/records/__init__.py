"""The records: tables, the one door through which they change, and the audit chain."""
