"""The watched folder: `pick_up.pick_up_files` imports what lies there, `past` forgets what was.

`files` is the only module that touches the files themselves.
"""
