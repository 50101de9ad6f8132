"""A real place from its OpenStreetMap extract: read (osm.py), drawn as a basemap (layers.py, basemap.py,
sea.py), described as a city to drive in (kinds.py, describe.py). The synthetic city takes the same way.
"""
