"""A synthetic city: a river town in eastern China that does not exist, grown from a seed.

Read plan.py (river, rings, avenues), blocks.py (streets between them), network.py (crossings and
one-ways), places.py (what stands where) and write.py (OSM PBF and city.json) in this order.
"""
