"""What is shown of an image and what plays, for queries that are written as text."""

# As Image.shown_title(): see [Note: Titles] in models.py.
SHOWN_TITLE = "nullif(coalesce(images.title, images.file_title), '')"
# What is read out for an image: its alternative text, or else its title.
READ_OUT = f"coalesce(nullif(descriptions.alt_text, ''), {SHOWN_TITLE})"
# Whether something plays of an image, as `plays`; and of which image that is the whole original,
# as `moving_part_id`: of the video of a Live Photo, or of a video itself. Null: of a part of it.
PLAYS = """
  (motion_bytes IS NOT NULL OR moving_part_id IS NOT NULL OR content_type LIKE 'video/%') AS plays,
  CASE WHEN content_type LIKE 'video/%' THEN images.id ELSE moving_part_id END AS moving_part_id"""
