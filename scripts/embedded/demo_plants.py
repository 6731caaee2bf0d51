"""Leaves and flowers for the demo."""


# ruff: noqa: PLR2004 - a painting is numbers

import math
from functools import partial

from scripts.embedded.painting import Canvas, Image, mix, rgb


def sunlit_leaves() -> Image:
    """Leaves against the light."""
    canvas = Canvas(1120, 1680, seed=223)
    canvas.sky([(0, "#f6f3c0"), (0.5, "#b7d67a"), (1, "#3f7d45")])
    canvas.glow(0.75, 0.12, 0.4, "#fff7c2", 0.5)

    def leaves(sheet: Image) -> None:
        for n in range(30):
            nearness = n / 29
            x, y = canvas.random.uniform(-0.1, 1.1), canvas.random.uniform(-0.05, 1.05)
            angle = canvas.random.uniform(-0.9, 0.9) + (0 if x < 0.5 else math.pi)
            tone = mix("#a8cf5c", "#1f6b3a", canvas.random.uniform(0.1, 0.9))
            place = (x * sheet.im.size[0], y * sheet.im.size[1])
            length = (0.16 + 0.16 * nearness) * sheet.im.size[1]
            _leaf(sheet, place, length, angle, mix(tone, "#f3f5b0", 0.4 - nearness * 0.4))

    canvas.draw_in_colours(leaves)
    canvas.glow(0.8, 0.05, 0.45, "#fff3a8", 0.3)
    canvas.vignette(0.4)
    return canvas.finished()


def _leaf(
    sheet: Image, place: tuple[float, float], length: float, angle: float, colour: str
) -> None:
    half, cos, sin = length * 0.24, math.cos(angle), math.sin(angle)

    def at(along: float, aside: float) -> tuple[float, float]:
        return (place[0] + along * cos - aside * sin, place[1] + along * sin + aside * cos)

    def edge(share: float) -> float:
        return float(half * abs(math.sin(math.pi * share**0.8)) ** 1.1)

    steps = [n / 30 for n in range(31)]
    for side, shade in ((1, colour), (-1, mix(colour, "#0d3b1e", 0.16))):
        rim = [at(length * s, side * edge(s)) for s in steps]
        sheet.polygon([at(0, 0), *rim, at(length, 0)], fill=shade)
    vein = mix(colour, "#fbffd8", 0.45)
    sheet.line([at(-length * 0.12, 0), at(length, 0)], fill=vein, width=max(3, round(length / 130)))
    for n in range(2, 13):
        start, end = n / 15, min(n / 15 + 0.13, 1)
        for side in (1, -1):
            tip = at(length * end, side * edge(end) * 0.88)
            width = max(2, round(length / 380))
            sheet.line([at(length * start, 0), tip], fill=vein, width=width)


def paper_flower() -> Image:
    """A flower cut from paper, around it nothing at all (alpha)."""
    side = 1400
    canvas = Canvas(side, side, seed=257, ground="#f6bd60")
    shape: Image = 0
    rounds = (
        (16, 0.47, "#f7b2ad"),
        (13, 0.38, "#f28482"),
        (10, 0.28, "#e5566d"),
        (7, 0.18, "#b5304f"),
    )
    for n, (count, radius, colour) in enumerate(rounds):
        petals = _petals(canvas, count, radius, turn=0.7 * n)
        shape = petals if n == 0 else shape
        canvas.paint(_petals(canvas, count, radius * 1.04, turn=0.7 * n, soft=60) * 0.35, "#5c1a33")
        fade = (canvas.distance(0.5, 0.5) / radius).clamp()
        light, dark = rgb(mix(colour, "#ffffff", 0.3)), rgb(mix(colour, "#40091f", 0.35))
        canvas.paint(petals, fade.linear([b - a for a, b in zip(dark, light, strict=True)], dark))
    seeds = (canvas.distance(0.5, 0.5) * 520 + canvas.clouds(0.012, octaves=2) * 3).sin()
    canvas.paint(((0.075 - canvas.distance(0.5, 0.5)) * 900).clamp(), "#f6bd60")
    canvas.paint(
        ((0.07 - canvas.distance(0.5, 0.5)) * 900).clamp() * (seeds * 0.5).clamp(), "#9a5b13"
    )
    alpha = (shape.clamp() * 255).cast("uchar")
    return canvas.finished().bandjoin(alpha)


def _petals(canvas: Canvas, count: int, radius: float, *, turn: float, soft: float = 3) -> Image:
    place = canvas.xy(0.5, 0.5)
    angle = place[1].atan2(place[0]) * (math.pi / 180)
    reach = (((angle * count / 2 + turn) * (180 / math.pi)).cos().abs() ** 0.55) * 0.3 + 0.7
    return ((reach * radius - canvas.distance(0.5, 0.5)) * (canvas.height / soft) + 0.5).clamp()


def blossom() -> Image:
    """A branch in spring."""
    canvas = Canvas(1680, 1120, seed=283)
    canvas.sky([(0, "#8ecae6"), (0.6, "#cfe9f3"), (1, "#fdf0f0")])
    canvas.paint((canvas.clouds(0.3, octaves=3) * 2).clamp() * 0.5, "#ffffff")
    canvas.draw_in_colours(partial(_branch, canvas))
    canvas.glow(0.9, 0.1, 0.4, "#fff4e0", 0.2)
    return canvas.finished()


_BARK = "#4a332d"
_Place = tuple[float, float]


def _branch(canvas: Canvas, sheet: Image) -> None:
    """Draw the wood first and then blossoms along it."""
    start = (-40.0, canvas.height * 1.5)
    for x, y in _twig(canvas, sheet, start, -0.28, (canvas.width * 1.75, 46)):
        for _ in range(canvas.random.choice((0, 1, 1, 2))):
            near_x, near_y = x + canvas.random.gauss(0, 34), y + canvas.random.gauss(0, 34)
            _flower(canvas, sheet, near_x, near_y, canvas.random.uniform(30, 62))


def _twig(
    canvas: Canvas, sheet: Image, start: _Place, angle: float, size: tuple[float, float]
) -> list[_Place]:
    """Draw a twig of a length and a width, and smaller ones on it; return where they go along."""
    (x, y), (length, width) = start, size
    places = []
    for _ in range(max(2, round(length / 60))):
        end_x, end_y = x + math.cos(angle) * 60, y + math.sin(angle) * 60
        sheet.line((x, y, end_x, end_y), fill=_BARK, width=max(4, round(width)))
        knot = width / 2
        sheet.ellipse((end_x - knot, end_y - knot, end_x + knot, end_y + knot), fill=_BARK)
        x, y, width = end_x, end_y, width * 0.955
        angle += canvas.random.uniform(-0.13, 0.12)
        places.append((x, y))
        if length > 300 and canvas.random.random() < 0.42:
            side = angle + canvas.random.choice((-0.8, 0.7))
            smaller = (length * canvas.random.uniform(0.22, 0.42), width * 0.55)
            places += _twig(canvas, sheet, (x, y), side, smaller)
    return places


def _flower(canvas: Canvas, sheet: Image, x: float, y: float, size: float) -> None:
    turn = canvas.random.uniform(0, 2 * math.pi)
    tone = mix("#ffe3ea", "#f48fb1", canvas.random.random() ** 1.6)
    for petal in range(5):
        angle = turn + petal * 2 * math.pi / 5
        px, py, r = x + math.cos(angle) * size * 0.6, y + math.sin(angle) * size * 0.6, size * 0.52
        sheet.ellipse(
            (px - r, py - r, px + r, py + r), fill=mix(tone, "#d16a8f", 0.1 * (petal % 2))
        )
    heart = size * 0.24
    sheet.ellipse((x - heart, y - heart, x + heart, y + heart), fill="#c2185b")
    for stamen in range(7):
        angle = turn + stamen * 0.9
        px, py = x + math.cos(angle) * size * 0.42, y + math.sin(angle) * size * 0.42
        sheet.ellipse((px - 4, py - 4, px + 4, py + 4), fill="#ffd166")
