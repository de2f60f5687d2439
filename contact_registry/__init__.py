"""The contact registry: who may be written to, sealed. Entered here and nowhere else.

A leaf: it gets connection, clock and keys as arguments and knows nothing of broadcasts or HTTP.
"""
