"""Places in words, without any network: a point becomes "人民路 123 号附近", and a name, its sound or its initials becomes a point.

Read entries.py (what a gazetteer holds), osm.py (made from an extract), where.py (a point in words), finding.py (words to
points). Nothing here decides who may know of a point: words say no more than the coordinates they are made of.
"""
