"""The timeline by months and days: counted by a trigger, read by buckets."""
