"""One model of a step's rate, or of entries, over time. Arguments are already validated.

`fall_evidence` gives, for every series, the Bayes factors of a fall by its age and size;
`pool` turns them into probabilities. Months run along the first axis, series along the last.
"""
