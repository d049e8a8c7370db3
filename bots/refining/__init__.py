"""The refinement experiment: what mending replies costs and saves, arm by arm, over the same drafts.

    lines      what the scripted model says, with labels by whoever wrote it: `lines.toml`
    cases      pure: a seed -> `Case`, the drafts that every arm meets
    clock      time as the script has it
    models     the models that arms ask: scripted with faults, or one that runs here; what calls cost
    detector   the guard, remembering what it said: one for all arms
    arms       none, regenerate, self-refine, sentence rewrite, abort and restart
    keeping    the sixth: the product's own path; the seventh: the same with a judge beside the guard
    judging    that judge
    auditors   who says what was delivered clean; never the guard
    running    every case through every arm -> `Take`s
    bootstrap  pure: ratios and quantiles with their 95 % intervals
    figures    pure: `Take`s -> `Figures`, goals
    rules      pure: repaired beside unrepaired, rule by rule
    report, page, picture   pure: figures -> tables of words, one HTML file, a picture

Protocol: Proactive Self-Refinement (Han et al. 2025, arXiv 2508.12903) made for a stream whose model cannot be trained.
Nothing of this is loaded by what answers people.
"""
