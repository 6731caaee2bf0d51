"""How much may be said of a picture: a person may write as much as a model may."""

LONGEST_ALT_TEXT = 300
LONGEST_TEXT = 2000
MOST_TAGS = 20
LONGEST_TAG = 40
