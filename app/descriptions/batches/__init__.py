"""Descriptions that a model's host makes in batches, within a day and at half the price.

[Note: Batches] The pictures of one person that were asked for so are put into batches of some
hundreds, each a row, and wait under a lease of a month: no worker asks the model for one of them
alone. A worker sends a batch: it makes the pictures ready, reserves money for each, uploads one
file and has a batch made of it. Another looks after it until the host is done, and keeps what came,
line by line. A row says how far that is, so any worker goes on where one stopped, and a batch that
was made right before its worker died is found by the mark that it was made with.

See docs/decisions/0140.
"""
