"""The live map: `world` reads what changed, `board` keeps the newest state, `hub` wakes, `socket` sends,
`frames` packs.

One reader serves all viewers; each viewer has a mailbox and a sender of its own, so a slow one only hurts
himself.
"""
