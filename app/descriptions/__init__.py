"""Descriptions of images: asked of a model, corrected by users."""
