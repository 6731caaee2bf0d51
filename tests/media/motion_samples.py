"""Motion photos as phones write them, and a video that a browser without H.264 plays too."""

import base64
import struct

from tests.media.raw_samples import box
from tests.media.samples import quarters, saved, xmp_packet

CAMERA = "http://ns.google.com/photos/1.0/camera/"
# Two seconds of one green, 64 x 48 pixels: VP9 in MP4, made by FFmpeg.
VIDEO = base64.b64decode(
    "AAAAHGZ0eXBpc29tAAACAGlzb21pc28ybXA0MQAAAxZtb292AAAAbG12aGQAAAAAAAAAAAAAAAAAAAPoAAAH0AABAAAB"
    "AAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAACAAACZXRyYWsAAABcdGtoZAAAAAMAAAAAAAAAAAAAAAEAAAAAAAAH0AAAAAAAAAAAAAAAAAAAAAAAAQAAAAAA"
    "AAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAEAAAAAAQAAAADAAAAAAACRlZHRzAAAAHGVsc3QAAAAAAAAAAQAAB9AAAAAA"
    "AAEAAAAAAd1tZGlhAAAAIG1kaGQAAAAAAAAAAAAAAAAAACgAAABQAFXEAAAAAAAtaGRscgAAAAAAAAAAdmlkZQAAAAAA"
    "AAAAAAAAAFZpZGVvSGFuZGxlcgAAAAGIbWluZgAAABR2bWhkAAAAAQAAAAAAAAAAAAAAJGRpbmYAAAAcZHJlZgAAAAAA"
    "AAABAAAADHVybCAAAAABAAABSHN0YmwAAACoc3RzZAAAAAAAAAABAAAAmHZwMDkAAAAAAAAAAQAAAAAAAAAAAAAAAAAA"
    "AAAAQAAwAEgAAABIAAAAAAAAAAEPTGF2YyBsaWJ2cHgtdnA5AAAAAAAAAAAAAAAAAAAAAAAY//8AAAAUdnBjQwEAAAAA"
    "CoICAgIAAAAAAApmaWVsAQAAAAAQcGFzcAAAAAEAAAABAAAAFGJ0cnQAAAAAAAATiAAAAAAAAAAYc3R0cwAAAAAAAAAB"
    "AAAACgAACAAAAAAUc3RzcwAAAAAAAAABAAAAAQAAABxzdHNjAAAAAAAAAAEAAAABAAAACgAAAAEAAAA8c3RzegAAAAAA"
    "AAAAAAAACgAAACkAAAAPAAAADwAAAA8AAAAPAAAADwAAAA8AAAAPAAAADwAAAA8AAAAUc3RjbwAAAAAAAAABAAADQgAA"
    "AD11ZHRhAAAANW1ldGEAAAAAAAAAIWhkbHIAAAAAAAAAAG1kaXJhcHBsAAAAAAAAAAAAAAAACGlsc3QAAAAIZnJlZQAA"
    "ALhtZGF0gkmDQgAD8AL2ADgkHBhCAAAwYAAAE7//5P+AAR////39E/////0REACGAECSnABJQAADIAAAVHCGAECSnABK"
    "wAADIAAAVHCGAECSnABJwAADIAAAVHCGAECSnABIoAADIAAAVHCGAECSnABHgAADIAAAVHCGAECSnABG4AADIAAAVHCG"
    "AECSnABGQAADIAAAVHCGAECSnABFwAADIAAAVHCGAECSnABFQAADIAAAVHA="
)
VIDEO_MILLISECONDS = 2000


def of_google(video: bytes = VIDEO) -> bytes:
    """Google's first format, whose packet says one length."""
    said = f"xmlns:C='{CAMERA}' C:MicroVideo='1' C:MicroVideoOffset='{len(video)}'"
    return saved(quarters(), "JPEG", xmp=xmp_packet(said)) + video


def of_samsung(video: bytes = VIDEO, *, picture: bytes | None = None) -> bytes:
    """A JPEG of a Galaxy S7, without XMP: a list at the end says where its blocks are."""
    picture = picture or saved(quarters(), "JPEG")
    name = b"MotionPhoto_Data"
    block = struct.pack("<HHL", 0, 0x0A30, len(name)) + name + video
    entry = struct.pack("<HHLL", 0, 0x0A30, len(block), len(block))
    listed = b"SEFH" + struct.pack("<LL", 106, 1) + entry
    return picture + block + listed + struct.pack("<L", len(listed)) + b"SEFT"


def of_heic(video: bytes = VIDEO) -> bytes:
    """A HEIC with a box around the video, as Samsung writes it."""
    return saved(quarters(), "HEIC") + box(b"mpvd", video)
