"""File names with dates in them, and what they say: for the importers here and in the browser."""

# A name, the wall clock in Berlin, and the tag.
DATED: tuple[tuple[str, str, str | None], ...] = (
    ("PXL_20190714_120000123.jpg", "2019-07-14T14:00:00", None),  # UTC
    ("20190714_120000123_iOS.jpg", "2019-07-14T14:00:00", None),  # UTC
    ("00000IMG_00000_BURST1563105600123_COVER.jpg", "2019-07-14T14:00:00", None),  # UTC
    ("00100lPORTRAIT_00100_BURST20190714120000123.jpg", "2019-07-14T12:00:00", None),
    ("20190714_120000.jpg", "2019-07-14T12:00:00", None),  # Samsung
    ("IMG_20190714_120000.jpg", "2019-07-14T12:00:00", None),
    ("IMG_20190714_120000_1.jpg", "2019-07-14T12:00:00", None),
    ("MVIMG_20190714_120000.jpg", "2019-07-14T12:00:00", None),
    ("IMG-20190714-WA0012.jpg", "2019-07-14T12:00:00", "WhatsApp"),
    ("WhatsApp Image 2019-07-14 at 18.05.06.jpeg", "2019-07-14T18:05:06", "WhatsApp"),
    ("signal-2019-07-14-180506.jpg", "2019-07-14T18:05:06", "Signal"),
    ("signal-2019-07-14-18-05-06-123.jpg", "2019-07-14T18:05:06", "Signal"),
    ("photo_2019-07-14_18-05-06.jpg", "2019-07-14T18:05:06", "Telegram"),
    ("Screenshot_20190714-180506.png", "2019-07-14T18:05:06", "Screenshots"),
    ("Screenshot 2019-07-14 at 18.05.06.png", "2019-07-14T18:05:06", "Screenshots"),
    ("Screenshot_2019-07-14-18-05-06-123_com.app.jpg", "2019-07-14T18:05:06", "Screenshots"),
    ("Bildschirmfoto 2019-07-14 um 18.05.06.png", "2019-07-14T18:05:06", "Screenshots"),
    ("2019-07-14 18.05.06.jpg", "2019-07-14T18:05:06", None),  # Dropbox
)

UNDATED = (
    "IMG_1234.jpg", "DSC_20191301_120000.jpg", "20990101_120000.jpg", "invoice 20190714.jpg",
    "18600101_120000.jpg", "DSC01234.ARW", "123456789012345678.jpg", "IMG_20190714_256199.jpg",
)  # fmt: skip
