"""From pixels to the derivatives: preview, thumbnail, ThumbHash, vision input."""
