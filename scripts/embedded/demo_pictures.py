"""Make the demo's pictures: painted here, in every format that is taken in, as if by a camera.

The same bytes of pixels each time; the whole takes some ten seconds of one core.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
import pyvips  # type: ignore[import-untyped]
from PIL import Image as PillowImage
from PIL.TiffImagePlugin import IFDRational

from scripts.embedded import demo_landscapes as landscapes
from scripts.embedded import demo_plants as plants
from scripts.embedded import demo_still_lifes as still_lifes
from scripts.embedded import demo_waters as waters
from scripts.embedded.painting import Image


@dataclass(frozen=True, kw_only=True)
class _Camera:
    model: str
    lens: str
    focal_length: tuple[int, int]
    f_number: tuple[int, int]


_ONE = _Camera(
    model="Pinhole Demo One",
    lens="Demo 24mm f/2.8",
    focal_length=(24, 1),
    f_number=(28, 10),
)
_TWO = _Camera(
    model="Pinhole Demo Two",
    lens="Demo 50mm f/1.8",
    focal_length=(50, 1),
    f_number=(18, 10),
)

_Shot = tuple[str, Callable[[], Image], str, _Camera, tuple[int, int], int]
# (file, picture, taken, camera, exposure in seconds as a fraction, ISO)
SHOTS: tuple[_Shot, ...] = (
    ("lavender.jpg", landscapes.lavender, "2026:07:04 20:41:12", _ONE, (1, 160), 100),
    ("balloons.jpg", landscapes.balloons, "2026:07:05 06:12:40", _TWO, (1, 500), 100),
    ("sailing-boat.jpg", waters.sailing_boat, "2026:07:05 06:58:03", _TWO, (1, 320), 100),
    ("sunlit-leaves.jpg", plants.sunlit_leaves, "2026:07:05 11:20:31", _ONE, (1, 200), 200),
    ("dunes.jpg", landscapes.dunes, "2026:08:15 18:33:09", _ONE, (1, 400), 100),
    ("canyon.jpg", landscapes.canyon, "2026:08:15 12:07:55", _ONE, (1, 125), 200),
    ("moonrise.webp", landscapes.moonrise, "2026:08:15 20:59:48", _TWO, (1, 15), 800),
    ("milky-way.jpg", landscapes.milky_way, "2026:08:16 00:48:20", _ONE, (20, 1), 6400),
    ("facade.avif", still_lifes.facade, "2026:08:29 16:15:02", _TWO, (1, 640), 100),
    ("paper-waves.jpg", still_lifes.paper_waves, "2026:08:29 17:40:37", _TWO, (1, 100), 200),
    ("sunset-at-sea.jpg", waters.sunset_at_sea, "2026:09:12 19:32:26", _ONE, (1, 250), 100),
    ("lake-panorama.jpg", waters.lake_panorama, "2026:09:13 10:04:18", _ONE, (1, 320), 100),
    (
        "mountains-at-dawn.jpg",
        landscapes.mountains_at_dawn,
        "2026:09:13 06:51:44",
        _TWO,
        (1, 80),
        100,
    ),
    ("city-at-dusk.jpg", still_lifes.city_at_dusk, "2026:11:07 17:02:51", _TWO, (1, 30), 800),
    ("evening-bokeh.jpg", still_lifes.evening_bokeh, "2026:11:07 19:22:13", _TWO, (1, 60), 1600),
    ("rain-on-glass.jpg", still_lifes.rain_on_glass, "2026:10:03 18:46:30", _TWO, (1, 50), 1600),
    ("autumn-lake.jpg", waters.autumn_lake, "2026:10:17 15:25:59", _ONE, (1, 160), 100),
    ("forest-in-fog.heic", landscapes.forest_in_fog, "2026:10:18 08:03:22", _ONE, (1, 60), 400),
    ("marbled-ink.jpg", still_lifes.marbled_ink, "2026:10:18 14:37:45", _TWO, (1, 125), 200),
    ("northern-lights.jpg", landscapes.northern_lights, "2026:11:07 23:11:07", _ONE, (8, 1), 3200),
    ("lone-tree.tif", landscapes.lone_tree, "2026:11:08 11:54:16", _TWO, (1, 500), 100),
    ("blossom.jpg", plants.blossom, "2026:04:11 12:31:40", _TWO, (1, 1000), 100),
)
# (file: latitude and longitude in degrees), where such a picture could have been taken.
PLACES: dict[str, tuple[float, float]] = {
    "lavender.jpg": (43.8376, 5.9826),
    "balloons.jpg": (46.4746, 7.1354),
    "sailing-boat.jpg": (46.5047, 6.6304),
    "sunlit-leaves.jpg": (46.948, 7.4474),
    "dunes.jpg": (44.5893, -1.213),
    "canyon.jpg": (43.752, 6.329),
    "moonrise.webp": (44.59, -1.208),
    "milky-way.jpg": (42.9369, 0.1411),
    "facade.avif": (41.3902, 2.164),
    "sunset-at-sea.jpg": (43.695, 7.2655),
    "lake-panorama.jpg": (45.987, 9.261),
    "mountains-at-dawn.jpg": (45.9237, 6.8694),
    "city-at-dusk.jpg": (59.911, 10.752),
    "evening-bokeh.jpg": (59.9133, 10.739),
    "rain-on-glass.jpg": (53.5511, 9.9937),
    "autumn-lake.jpg": (46.3636, 14.0938),
    "forest-in-fog.heic": (46.283, 14.009),
    "northern-lights.jpg": (69.6492, 18.9553),
    "lone-tree.tif": (69.721, 19.011),
    "blossom.jpg": (50.734, 7.095),
}


def make_demo_pictures(folder: Path) -> list[Path]:
    """Paint two dozen pictures into a folder; return them, those taken first before others."""
    made = []
    for name, paint, taken, camera, exposure, iso in sorted(SHOTS, key=lambda shot: shot[2]):
        path = folder / name
        exif = _exif(taken, camera, exposure, iso)
        if name in PLACES:
            exif[0x8825] = _gps(*PLACES[name])
        _save(paint(), path, exif)
        made.append(path)
    return made + save_drawings(folder)


def save_drawings(folder: Path) -> list[Path]:
    """Paint what was made on a computer: it has no camera and no time."""
    flower, rings = folder / "paper-flower.png", folder / "turning-rings.gif"
    plants.paper_flower().pngsave(str(flower), compression=6, keep="none")
    _save_animation(still_lifes.turning_rings(), rings)
    return [flower, rings]


def _save(picture: Image, path: Path, exif: PillowImage.Exif) -> None:
    if path.suffix in {".heic", ".tif"}:
        flat = PillowImage.frombytes(
            "RGB", (picture.width, picture.height), picture.write_to_memory()
        )
        if path.suffix == ".tif":
            flat.save(path, exif=exif.tobytes())
        else:
            heif = pillow_heif.from_pillow(flat)
            heif.save(path, quality=60, exif=exif.tobytes(), enc_params={"preset": "ultrafast"})
        return
    picture = picture.copy()
    picture.set_type(pyvips.GValue.blob_type, "exif-data", exif.tobytes())
    match path.suffix:
        case ".jpg":
            picture.jpegsave(str(path), Q=90, keep="exif")
        case ".webp":
            picture.webpsave(str(path), Q=88, effort=2, keep="exif")
        case ".avif":
            picture.heifsave(str(path), Q=65, compression="av1", effort=0, keep="exif")


def _save_animation(frames: list[Image], path: Path) -> None:
    high = frames[0].height
    film = pyvips.Image.arrayjoin(frames, across=1).copy()
    film.set_type(pyvips.GValue.gint_type, "page-height", high)
    film.set_type(pyvips.GValue.array_int_type, "delay", [80] * len(frames))
    film.gifsave(str(path), effort=1, dither=0, keep="none", page_height=high)


def _exif(taken: str, camera: _Camera, exposure: tuple[int, int], iso: int) -> PillowImage.Exif:
    exif = PillowImage.Exif()
    exif[0x010F] = "Pinhole"
    exif[0x0110] = camera.model
    exif[0x0132] = taken
    exif[0x8769] = {
        0x9003: taken,
        0x9011: _offset(taken),
        0x829A: IFDRational(*exposure),
        0x829D: IFDRational(*camera.f_number),
        0x8827: iso,
        0x920A: IFDRational(*camera.focal_length),
        0xA434: camera.lens,
    }
    return exif


def _gps(latitude: float, longitude: float) -> dict[int, object]:
    """What a phone writes of a place: degrees, minutes and seconds, and the side."""
    return {
        1: "N" if latitude >= 0 else "S",
        2: _sexagesimal(abs(latitude)),
        3: "E" if longitude >= 0 else "W",
        4: _sexagesimal(abs(longitude)),
    }


def _sexagesimal(degrees: float) -> tuple[IFDRational, ...]:
    hundredths = round(degrees * 3600 * 100)
    minutes, rest = divmod(hundredths, 6000)
    return IFDRational(minutes // 60), IFDRational(minutes % 60), IFDRational(rest, 100)


def _offset(taken: str) -> str:
    """Distance from UTC in the middle of Europe."""
    return "+02:00" if taken < "2026:10:25 03:00:00" else "+01:00"


def main() -> None:
    """Paint into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for path in make_demo_pictures(folder):
        print(path)


if __name__ == "__main__":
    main()
