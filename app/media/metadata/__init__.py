"""EXIF, XMP and IPTC: parsed as untrusted data."""
