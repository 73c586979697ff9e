"""Who should help whom: needs and offers matched as one optimisation, each match and each unmet need explained.

`market.py` is what goes in, `rules.py` says who fits whom and why, `table.py` and `flow.py` move money in whole units, `solver.py`
chooses, `greedy.py` is the yardstick, `answers.py` what comes out.
"""
