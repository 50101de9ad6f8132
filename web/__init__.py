"""The web program: HTTP interface, live WebSocket and the built front end, for people with a browser.

It decides nothing itself: routes call the use cases of the folders below and shape their answers.
"""
