"""The command line: what can be typed after `talchum`. Every command is thin; what it does stands elsewhere.

Help texts are keys into `words/cli.toml` (`cli.KEY`); `bots.__main__` puts the words of the person's language in their
place. One sibling file for each group of commands.
"""
