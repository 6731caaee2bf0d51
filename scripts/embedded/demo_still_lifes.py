"""Pictures for the demo that are neither land nor plants: town, paper, ink, light."""


# ruff: noqa: PLR2004 - a painting is numbers

from dataclasses import dataclass
from functools import partial

from scripts.embedded.painting import Canvas, Image, mapped, mix, rgb


def city_at_dusk() -> Image:
    """A skyline with its first lights."""
    canvas = Canvas(1680, 1050, seed=203)
    canvas.sky([(0, "#232a55"), (0.4, "#6b4f86"), (0.65, "#e07f7a"), (0.8, "#ffc48a")])
    canvas.glow(0.3, 0.8, 0.35, "#ff9a62", 0.35)
    for row in (
        _Houses(top=0.5, colour="#8a5f83", width=60, lit=0),
        _Houses(top=0.6, colour="#4b3a68", width=70, lit=0.25),
        _Houses(top=0.72, colour="#1b1838", width=90, lit=0.5),
    ):
        canvas.draw_in_colours(partial(row.draw, canvas))
        canvas.band(0.98, 0.16, "#e88b7e", 0.25)
    canvas.vignette(0.4)
    return canvas.finished()


@dataclass(frozen=True, kw_only=True)
class _Houses:
    """A row of houses; lit is the share of their windows."""

    top: float
    colour: str
    width: int
    lit: float

    def draw(self, canvas: Canvas, sheet: Image) -> None:
        """Draw the row from left to right. The sheet is twice as large as the canvas."""
        across, height = canvas.width * 2, canvas.height * 2
        x = -self.width
        while x < across:
            wide = canvas.random.randrange(self.width, self.width * 2)
            roof = round((self.top + canvas.random.uniform(-0.12, 0.16)) * height)
            sheet.rectangle((x, roof, x + wide, height), fill=self.colour)
            if canvas.random.random() < 0.2:
                mast = x + wide // 2
                sheet.line((mast, roof - wide, mast, roof), fill=self.colour, width=5)
            self._light(canvas, sheet, (x + 12, roof + 16, x + wide - 14, height))
            x += wide + canvas.random.randrange(0, self.width // 3)

    def _light(self, canvas: Canvas, sheet: Image, wall: tuple[int, int, int, int]) -> None:
        left, top, right, bottom = wall
        for y in range(top, bottom, 22):
            for x in range(left, right, 22):
                if canvas.random.random() < self.lit * 0.45:
                    light = canvas.random.choice(("#ffd98a", "#ffb864", "#ffe9b8", "#f6a85c"))
                    shade = mix(self.colour, light, canvas.random.uniform(0.45, 1))
                    sheet.rectangle((x, y, x + 9, y + 12), fill=shade)


def paper_waves() -> Image:
    """Sheets of blue paper, one behind the other."""
    canvas = Canvas(1600, 1600, seed=211, ground="#e8f6f3")
    layers = 9
    for n in range(layers):
        share = n / (layers - 1)
        line = canvas.ridge(0.12 + 0.1 * n, 0.045, rough=0.3, waves=0.75)
        colour = mix("#bfe6e0", "#0b3954", share**0.85)
        shadow = ((canvas.row(line) - canvas.y()) / -0.03).clamp(max=0).exp()
        above = ((canvas.y() - canvas.row(line)) / 0.035 + 1).clamp()
        canvas.paint(above * shadow * 0.3, "#06222f", top=min(line) - 0.05)
        canvas.hills(line, mix(colour, "#ffffff", 0.12), colour, depth=0.12)
    return canvas.finished(grain=4)


def evening_bokeh() -> Image:
    """Lights of a street, out of focus."""
    canvas = Canvas(1680, 1120, seed=237)
    canvas.sky([(0, "#120b24"), (0.6, "#2a1740"), (1, "#0d0a1c")])
    colours = "#ffb347", "#ff7f50", "#ffd57e", "#ff5f8f", "#7fb4ff", "#b28dff"
    for _ in range(70):
        x, y = canvas.random.random(), min(max(canvas.random.gauss(0.52, 0.2), 0), 1)
        radius = canvas.random.uniform(0.02, 0.085)
        strength, colour = canvas.random.uniform(0.08, 0.4), canvas.random.choice(colours)
        _ring(canvas, (x, y, radius), colour, strength)
    canvas.glow(0.5, 0.55, 0.5, "#ff9a5a", 0.15)
    canvas.vignette(0.7)
    return canvas.finished(grain=3)


def _ring(canvas: Canvas, place: tuple[float, float, float], colour: str, strength: float) -> None:
    """Add a disc of light, brighter at its rim, touching only the pixels around it."""
    x, y, radius = place
    half = round(radius * canvas.height) + 3
    left, top = round(x * canvas.width) - half, round(y * canvas.height) - half
    size = 2 * half + 1
    part = Canvas(size, size, seed=0)
    distance = part.distance(0.5, 0.5) * size / (radius * canvas.height)
    light = ((1 - distance) * half / 2.5 + 0.5).clamp() * ((distance**6) * 0.55 + 0.55) * strength
    lit = light.linear(rgb(colour), [0, 0, 0]).copy_memory()
    into = canvas.image.crop(*_overlap(canvas, left, top, size))
    shown = lit.crop(max(-left, 0), max(-top, 0), into.width, into.height)
    canvas.image = canvas.image.insert(into + shown, max(left, 0), max(top, 0))


def _overlap(canvas: Canvas, left: int, top: int, size: int) -> tuple[int, int, int, int]:
    right, bottom = min(left + size, canvas.width), min(top + size, canvas.height)
    left, top = max(left, 0), max(top, 0)
    return (left, top, right - left, bottom - top)


def facade() -> Image:
    """A wall of windows and their balconies' shadows."""
    canvas = Canvas(1600, 1600, seed=241)
    canvas.sky([(0, "#f0b49a"), (1, "#d9876f")])
    walls = "#f2c1a5", "#e9a58a", "#f6d6c0", "#dd8f78"
    panes = "#2f4858", "#3d5a6c", "#86bbd8", "#f6ae2d", "#33658a"

    def sketch(sheet: Image) -> None:
        count = 8
        cell = canvas.width * 2 / count
        for row in range(count):
            for column in range(count):
                x, y = column * cell, row * cell
                wall = walls[(row * 3 + column * 5) % len(walls)]
                sheet.rectangle((x, y, x + cell, y + cell), fill=wall)
                pane = panes[canvas.random.choice((0, 0, 1, 1, 2, 3, 4))]
                box = (x + cell * 0.24, y + cell * 0.16, x + cell * 0.76, y + cell * 0.74)
                shadow = [
                    (box[0], box[1]),
                    (box[2], box[1]),
                    (box[2], box[1] + 46),
                    (box[0] + 60, box[1] + 46),
                ]
                sheet.rectangle(box, fill=pane)
                sheet.polygon(shadow, fill=mix(pane, "#0d1b24", 0.6))
                sheet.line((x + cell / 2, box[1], x + cell / 2, box[3]), fill="#f7ede2", width=8)
                sheet.rectangle((box[0] - 26, box[3], box[2] + 26, box[3] + 26), fill="#fff3e6")
                fall = [(box[0] - 26, box[3] + 26), (box[2] + 26, box[3] + 26)]
                fall += [(box[2] + 90, box[3] + 86), (box[0] + 38, box[3] + 86)]
                sheet.polygon(fall, fill=mix(wall, "#6a2c28", 0.45))

    canvas.draw_in_colours(sketch)
    light = (canvas.x() + canvas.y() - 1.05) * 2.2 + canvas.clouds(0.5, octaves=2) * 0.3
    canvas.paint(light.clamp() * 0.42, "#4b1d3f")
    canvas.glow(0.05, 0.05, 0.6, "#ffe2b0", 0.14)
    return canvas.finished()


def marbled_ink() -> Image:
    """Ink on water."""
    canvas = Canvas(1200, 1600, seed=263)
    swirl = canvas.clouds(0.75, octaves=3) * 1.5 + canvas.clouds(0.3, octaves=2) * 0.35
    veins = ((swirl * 420 + canvas.y() * 260).sin() * 0.5 + 0.5).copy_memory()
    stops = [(0, "#071e26"), (0.35, "#0f4c5c"), (0.6, "#2a9d8f"), (0.82, "#e9d8a6"), (1, "#fdf6e3")]
    canvas.paint(1, mapped(veins, stops))
    gold = ((swirl * 1100 + canvas.y() * 300).sin() * 14 - 13).clamp() * (
        canvas.clouds(0.3) * 3 + 0.3
    ).clamp()
    canvas.paint(gold * 0.85, "#e9b44c")
    return canvas.finished(grain=3)


def rain_on_glass() -> Image:
    """Drops on a window, the evening behind it."""
    canvas = Canvas(1680, 1120, seed=271)
    canvas.sky([(0, "#1b2a41"), (0.55, "#324a5f"), (1, "#0c1821")])
    for colour, x, y, size in (
        ("#ffb347", 0.25, 0.62, 0.2),
        ("#ff6f59", 0.62, 0.55, 0.16),
        ("#9ad1ff", 0.85, 0.4, 0.2),
        ("#ffd27d", 0.45, 0.75, 0.12),
    ):
        canvas.glow(x, y, size, colour, 0.45)
    behind = canvas.image.copy_memory()
    upside_down = behind.rot("d180").linear([1.35] * 3, [10, 12, 16])
    drops = sorted(
        (
            canvas.random.random() ** 3 * 0.026 + 0.004,
            canvas.random.random(),
            canvas.random.random(),
        )
        for _ in range(420)
    )

    def blots(grow: float, lift: float) -> Image:
        def sketch(sheet: Image) -> None:
            for size, x, y in drops:
                r, cx, cy = (
                    size * grow * canvas.height * 2,
                    x * canvas.width * 2,
                    y * canvas.height * 2,
                )
                cy -= lift * r
                sheet.ellipse((cx - r, cy - r * 1.12, cx + r, cy + r * 1.12), fill=255)

        return sketch

    canvas.draw("#050a10", blots(1.08, -0.12), strength=0.55)
    canvas.paint(canvas.mask(blots(1, 0)), upside_down)
    canvas.draw("#ffffff", blots(0.28, 1.6), strength=0.6)
    canvas.vignette(0.5)
    return canvas.finished(grain=3)


def turning_rings(steps: int = 12) -> list[Image]:
    """Rings that turn into each other: the frames of an animation, with few colours."""
    frames = []
    stops = [(0, "#26547c"), (0.33, "#ef476f"), (0.66, "#ffd166"), (1, "#fcfcfc")]
    for step in range(steps):
        canvas = Canvas(640, 640, seed=1)
        wave = (canvas.distance(0.5, 0.5) * 2160 - 360 * step / steps).sin()
        place = canvas.xy(0.5, 0.5)
        spiral = (
            place[1].atan2(place[0]) * 3 + canvas.distance(0.5, 0.5) * 900 - 360 * step / steps
        ).sin()
        levels = ((wave + spiral) * 2.4 + 4.9).floor() / 9
        canvas.paint(1, mapped(levels, stops))
        frames.append(canvas.finished(grain=0))
    return frames
