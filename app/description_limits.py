"""Maximum lengths of a description, the same for users and models."""

LONGEST_ALT_TEXT = 300
LONGEST_TEXT = 2000
MAX_TAGS = 20
LONGEST_TAG = 40
