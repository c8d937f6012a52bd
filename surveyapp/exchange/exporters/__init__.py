"""Writers of files for others: each writes beside, then swaps in, and says what its format cannot hold."""
