"""The title of an image that is shown, for queries that are written as text."""

# As Image.shown_title(): see [Note: Titles] in models.py.
SHOWN_TITLE = "nullif(coalesce(images.title, images.file_title), '')"
# What is read out for an image: its alternative text, or else its title.
READ_OUT = f"coalesce(nullif(descriptions.alt_text, ''), {SHOWN_TITLE})"
