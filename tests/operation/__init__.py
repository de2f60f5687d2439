"""How Loa is run in a cluster, held against what is really there."""
