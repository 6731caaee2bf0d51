"""EXIF, XMP and IPTC: read, bounded, and not believed."""
