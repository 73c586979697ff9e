"""Training: courses, calls for nominations by governments, selection by rules, attendance, tests, certificates, who is still in post."""
