"""ThumbHash, against what its author's JavaScript (npm thumbhash 0.1.1) answers."""

import random

import pytest

from app.media.render.thumbhash import thumbhash


def waves(width: int, height: int, *, transparent: bool) -> bytes:
    """The picture that was hashed there: nothing in it is even, so that nothing rounds at a tie."""
    chance = random.Random(width * 1000 + height)  # noqa: S311 - the same pixels each time
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            pixels += bytes(
                (
                    (x * 7 + y * 3 + chance.randrange(40)) % 256,
                    (x * 2 + y * 5 + chance.randrange(40)) % 256,
                    (x * y + chance.randrange(40)) % 256,
                    (x * 8 + chance.randrange(60)) % 256 if transparent else 255,
                )
            )
    return bytes(pixels)


@pytest.mark.parametrize(
    ("width", "height", "transparent", "expected"),
    [
        (32, 32, False, "9f180a1710215777408998767959886888877745f5284f07"),
        (32, 21, False, "9c480a1d8a4057786289798678678886856b3ff174"),
        (20, 32, False, "9d280e1c0a620687688886778877f7a10fc777"),
        (32, 3, False, "d2990e318c70777786787878707a088777"),
        (100, 67, False, "1ff8050d84658749785608188345b396b7bfdf6c01"),
        (32, 24, True, "a05886148628515b606b94494988f7453f07a2848787878708"),
        (17, 32, True, "9e28860b02258390685889d7b30ffa8580878877788788"),
        (1, 32, False, "cfc91d810e08857a88878887088477af78"),
    ],
)
def test_the_hash_is_the_authors(
    width: int, height: int, *, transparent: bool, expected: str
) -> None:
    assert thumbhash(width, height, waves(width, height, transparent=transparent)).hex() == expected


def test_a_picture_of_nothing_has_a_hash() -> None:
    assert len(thumbhash(8, 8, bytes(8 * 8 * 4))) > 5


def test_a_picture_of_one_pixel_has_a_hash() -> None:
    assert len(thumbhash(1, 1, b"\xff\x00\x00\xff")) > 5
