"""How the whole program does under load: `talchum bench load`.

The program runs as it does for everybody, in a process of its own. Around it, in this one, stand Discord and Telegram
(`bots.fakes`), a model behind an OpenAI-compatible interface that says something else each time, and a crowd.

    asked      one question on its way, with its times           rooms      a conversation: order, what stands there
    lines      what people ask and the model answers             venues     rooms on Discord and on Telegram
    speaking   the model, which notes when it said what          crowd      people who talk, all at once
    program    the program under load, and what it takes         phases     steps, overload, endurance
    figures    what came of it                                   report, page, picture   how it is told

A question carries its number, and so does the answer, so that what was shown can be told from what was said, in order.
"""
