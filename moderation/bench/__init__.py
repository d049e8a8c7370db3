"""How well a guard judges labelled texts, beside other filters on the same rows, machine and run.

    sets        files of labelled rows -> `LabelledSet`, one a source and language
    rivals      what else is installed here, behind one contract
    contest     every row judged by the guard and by every rival -> `Marks`
    intervals   pure: shares, areas and F1 with their 95 % intervals
    figures     pure: `Marks` -> `Results`
    report      pure: `Results` -> tables of words, for a terminal and for a page
    page, plot  pure: `Results` -> one HTML file that needs nothing else
    functional  the functional suite, read
    teaching    training with decisions, held to the suite

Nothing here is needed to judge what personas say, and nothing of it is loaded for that.
"""
