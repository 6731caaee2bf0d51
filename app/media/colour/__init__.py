"""Colour: ICC profiles, H.273 code points, and the way to sRGB."""
