"""Loading a register or events file: two passes, whole weapons, resumable (contract, *Commands*).

Pass 1 reads, checks and stages the file outside the store and compares it with what the store says; with `on_error=refuse` one
bad row ends it there. Pass 2 appends in batches of whole weapons; run again after a crash it completes, because what is
already there is recognised by its eventID. The last batch also appends one act that names the file.
"""
