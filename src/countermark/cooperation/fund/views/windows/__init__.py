"""The windows of the fund on pages, and everything that moves money."""
