"""Names of files of cameras and telephones, and what they say of a shot."""

import pytest

from app.stacks.names import ShotName, shot_of

JPEG, HEIC, DNG = "image/jpeg", "image/heic", "image/x-adobe-dng"


def shot(name: str, content_type: str = JPEG) -> ShotName:
    found = shot_of(name, content_type)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (("IMG_0001.JPG", JPEG), ("IMG_0001.CR3", "image/x-canon-cr3"), "shot"),
        (("DSC_0001.jpg", JPEG), ("dsc_0001.NEF", "image/x-nikon-nef"), "shot"),
        (("DSCF1234.JPG", JPEG), ("DSCF1234.RAF", "image/x-fuji-raf"), "shot"),
        (("DSC01234.JPG", JPEG), ("DSC01234.ARW", "image/x-sony-arw"), "shot"),
        (("IMG_E1234.HEIC", HEIC), ("IMG_1234.HEIC", HEIC), "edit"),
        (("IMG_E1234.JPG", JPEG), ("IMG_1234.HEIC", HEIC), "edit"),
        (("IMG_1234-edited.jpg", JPEG), ("IMG_1234.jpg", JPEG), "edit"),
        (("20240101_120000~2.jpg", JPEG), ("20240101_120000.jpg", JPEG), "edit"),
        (
            ("PXL_20231026_205755225.RAW-01.COVER.jpg", JPEG),
            ("PXL_20231026_205755225.RAW-02.ORIGINAL.dng", DNG),
            "shot",
        ),
        (
            ("PXL_20231026_205755225.RAW-01.MP.COVER.jpg", JPEG),
            ("PXL_20231026_205755225.RAW-02.ORIGINAL.dng", DNG),
            "shot",
        ),
        (("PXL_20231026_205755225.MP.jpg", JPEG), ("PXL_20231026_205755225.dng", DNG), "shot"),
        (
            ("PXL_20231026_205755225.PORTRAIT-01.COVER.jpg", JPEG),
            ("PXL_20231026_205755225.PORTRAIT-02.ORIGINAL.jpg", JPEG),
            "edit",
        ),
        (
            ("00015IMG_00015_BURST20171111030039_COVER.jpg", JPEG),
            ("00001IMG_00001_BURST20171111030039.jpg", JPEG),
            "burst",
        ),
        (
            ("IMG_20231014_183246_BURST002_COVER.jpg", JPEG),
            ("IMG_20231014_183246_BURST001.jpg", JPEG),
            "burst",
        ),
        (
            ("DSC_0035_BURST20230709220904977_COVER.JPG", JPEG),
            ("DSC_0001_BURST20230709220904977.JPG", JPEG),
            "burst",
        ),
        (("20231207_101605_001.jpg", JPEG), ("20231207_101605_002.jpg", JPEG), "burst"),
        (
            ("00100lPORTRAIT_00100_BURST20200506153653558_COVER.jpg", JPEG),
            ("00000PORTRAIT_00000_BURST20200506153653558.jpg", JPEG),
            "burst",
        ),
    ],
)
def test_files_of_one_shot_have_one_key_and_the_cover_comes_first(
    first: tuple[str, str], second: tuple[str, str], reason: str
) -> None:
    cover, other = shot(*first), shot(*second)
    assert cover.key == other.key
    assert cover.rank < other.rank
    assert reason in {cover.reason, other.reason}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("IMG_0001.JPG", "IMG_0002.JPG"),
        ("IMG_0001.JPG", "DSC_0001.JPG"),
        ("IMG_E1234.JPG", "IMG_1235.JPG"),
        ("20231207_101605_001.jpg", "20231207_101606_001.jpg"),
        ("20231207_101605_001.jpg", "20231207_101605.jpg"),
        ("PXL_20231026_205755225.jpg", "PXL_20231026_205755226.jpg"),
        ("IMG_20231014_183246_BURST001.jpg", "IMG_20231014_183247_BURST001.jpg"),
        ("scan_1.jpg", "scan_2.jpg"),
    ],
)
def test_other_shots_have_other_keys(first: str, second: str) -> None:
    assert shot(first).key != shot(second).key


@pytest.mark.parametrize("name", ["", " ", ".jpg", " .jpg"])
def test_name_that_is_none_says_nothing(name: str) -> None:
    assert shot_of(name, JPEG) is None


def test_raw_comes_after_the_jpeg_whatever_its_extension_says() -> None:
    assert shot("P513.jpg").rank < shot("P513.jpg", "image/x-olympus-orf").rank


def test_long_name_fits_the_column() -> None:
    assert len(shot("ß" * 251 + ".jpg").key) <= 300
