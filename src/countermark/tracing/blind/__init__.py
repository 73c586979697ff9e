"""The blind check: whether another State knows a mark, without telling it the mark or being told its register."""
