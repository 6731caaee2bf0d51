"""Decode a file into pixels, by libvips or another decoder."""
