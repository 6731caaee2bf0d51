"""What a search may go on with while it is typed: names, dates, kinds and words of one person."""
