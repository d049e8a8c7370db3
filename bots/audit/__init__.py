"""`talchum audit`: the same talk with another identity in it, and what that changes.

`dialogues` says what is said and who says it, `running` has it said, `statistics` compares, `report` tells.
"""
