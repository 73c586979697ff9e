"""What one person changed of a weapon of the stores beside their counters (`register.rules.Alone`): a view, and the queue of discrepancies.

Pages and programs ask a second person (`asked`). A command of whoever holds the machine, a file, a load taken back, another node do not: each
such change is a discrepancy that somebody who commands where the weapon was answers for, and nobody decides their own.
"""
