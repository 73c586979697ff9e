"""Needs and offers in spreadsheets: read with every fault named by row and column, shown before anything is kept, written so that they load back."""
