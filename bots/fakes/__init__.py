"""Discord and Telegram on this machine, small but strict: for tests, and for `talchum bench load`.

They show what a double inside the process cannot: rate limits, resets, reconnects, floods, answers that come too late.
Nothing of the platforms' libraries is replaced but where they look for their platform.
"""
