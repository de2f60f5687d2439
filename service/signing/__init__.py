"""What makes a warning checkable: canonical bytes, signed records, look-up numbers, comparison of texts.
Pure: no database, no clock.
"""
