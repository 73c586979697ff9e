"""The forms of a project: each step says what is asked, what it begins with and what it does (`asking.py`). Three addresses carry them all."""
