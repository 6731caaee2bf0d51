"""Estimate from the header how much memory decoding takes.

The numbers are measured: what a child has allocated at its peak on top of what it has when it is
warm, for pictures of 50 to 100 megapixels of each kind (docs/decisions/0044-large-pictures.md).
"""

_MB = 1 << 20
# The preview, the thumbnail and what makes them, of any picture.
_DERIVED_BYTES = 100 * _MB


def in_all(needs: int) -> int:
    """Return what a picture takes whose decoder needs so many bytes."""
    return _DERIVED_BYTES + needs


def of_jpeg(*, pixels: int, samples: float, progressive: bool) -> int:
    """Libjpeg keeps a few rows, or two bytes for each sample when scans refine each other.

    samples is how many there are a pixel: 1.5 in 4:2:0, 3 in 4:4:4.
    """
    return round(pixels * samples * 2) if progressive else 0


def of_png(*, pixels: int, pixel_bytes: int, interlaced: bool) -> int:
    """Each pass of an interlaced PNG is laid over the whole picture."""
    # One of 100 megapixels in 16 bits took between 672 and 740 MB in all. With less, it came out
    # wrong and without a complaint.
    return round(pixels * pixel_bytes * 1.15) if interlaced else 0


def of_gif(*, pixels: int) -> int:
    """The canvas that frames are drawn on has four bytes a pixel."""
    return round(pixels * 4.5)


def of_webp(*, pixels: int, lossless: bool) -> int:
    """Lossless ones are held whole, in four bytes a pixel; of others only an alpha plane is."""
    return round(pixels * (4.2 if lossless else 1.2))


def of_tiff(*, block_pixels: int, pixel_bytes: int) -> int:
    """One strip or tile after the other is held, as it is stored and as it comes out."""
    return block_pixels * pixel_bytes * 2


def of_avif(*, pixels: int, samples: float, depth: int) -> int:
    """One frame, what dav1d notes of each block, and another frame where it is a grid."""
    return round(pixels * (samples * (1 if depth <= 8 else 2) + 0.5))  # noqa: PLR2004 - bits


def of_heic(*, pixels: int, samples: float, depth: int, is_grid: bool) -> int:
    """One row of tiles after the other; or a frame twice, with what libde265 notes of its blocks.

    samples is how many there are a pixel, as with JPEG; frames of 4:2:0 took no less than of 4:2:2.
    The file is mapped and not counted, but for the copy that pillow-heif makes (its caller adds).
    """
    sample_bytes = 1 if depth <= 8 else 2  # noqa: PLR2004 - bits
    return 64 * _MB if is_grid else round(pixels * (max(2, samples) * 2 * sample_bytes + 1))


def of_whole_rgb(*, pixels: int, bands: int, depth: int) -> int:
    """A frame in its own planes and in RGB, the latter in the decoder's hands and in ours."""
    sample_bytes = 1 if depth <= 8 else 2  # noqa: PLR2004 - bits
    return round(pixels * sample_bytes * (2 * 2 + bands * 2) + pixels * 1.5)


def of_jxl(*, pixels: int) -> int:
    """Libjxl works in floating point and hands out RGB, of which its binding makes a copy."""
    return pixels * 12


def of_pillow(*, pixels: int, bands: int, file_size: int) -> int:
    """Pillow keeps RGB in four bytes, and gives out a copy; the file is read into memory."""
    return pixels * (4 + bands) + file_size
