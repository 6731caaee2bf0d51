"""From a file's bytes to pixels, by libvips or by what decodes the rest."""
