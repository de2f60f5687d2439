"""`make bench`: what Loa does in a second, each figure beside the limit measured in the same run on the same machine."""
