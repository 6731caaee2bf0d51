"""Seas and lakes for the demo, and what they mirror."""

import math
from functools import partial

from scripts.embedded.painting import Canvas, Image, mix, rgb


def sunset_at_sea() -> Image:
    """A sun half way into the water, and its road of light."""
    canvas = Canvas(1680, 1120, seed=8)
    horizon = 0.58
    canvas.sky(
        [(0, "#1f2a56"), (0.25, "#5a3f7d"), (0.42, "#d0607a"), (0.52, "#ff9e5e"), (0.58, "#ffd98f")]
    )
    clouds = canvas.clouds(0.08, octaves=5, stretch=5).copy_memory()
    canvas.paint((clouds * 3 - 0.3).clamp() * ((0.56 - canvas.y()) * 4).clamp() * 0.7, "#ffb08a")
    canvas.paint((clouds * -3 - 0.36).clamp() * ((0.5 - canvas.y()) * 4).clamp() * 0.5, "#3a2d5c")
    canvas.glow(0.5, 0.55, 0.22, "#ff9a4a", 0.6)
    _mirror(canvas, horizon, darker=0.72, tint="#080a1a")
    depth = (canvas.y() - horizon).clamp().copy_memory()
    near = (depth * 2.6).clamp()
    waves = canvas.clouds(0.018, octaves=3, stretch=14) * (1 - near)
    waves = (waves + canvas.clouds(0.05, octaves=3, stretch=9) * near).copy_memory()
    water = (depth * 200).clamp()
    canvas.paint((waves * 4 - 0.24).clamp() * water * 0.5, "#2b2350", top=horizon)
    road = (1 - (canvas.x() - 0.5).abs() * (1 - depth * 1.2) * 8).clamp()
    canvas.paint((waves * -5 - 0.05).clamp() * water * road, "#ffe3a8", top=horizon)
    sun = ((0.055 - canvas.distance(0.5, 0.55)) * 400 + 0.5).clamp()
    canvas.add(sun * (canvas.y() < horizon).ifthenelse(1, 0), "#ffffff")
    canvas.vignette(0.5)
    return canvas.finished()


def lake_panorama() -> Image:
    """A wide lake that doubles the mountains behind it."""
    canvas = Canvas(3000, 900, seed=34)
    canvas.sky([(0, "#5d9cc9"), (0.4, "#bfe0ea"), (0.55, "#fdf3de")])
    clouds = canvas.clouds(0.12, octaves=5, stretch=3.5)
    canvas.paint((clouds * 3 - 0.15).clamp() * ((0.5 - canvas.y()) * 3).clamp() * 0.85, "#ffffff")
    ranges = (
        ("#a9bfd0", "#dfe8ee"),
        ("#6f90a8", "#a9c3cf"),
        ("#3f6b73", "#7fa79f"),
        ("#1f4a4a", "#3d6e5d"),
    )
    for n, (top, foot) in enumerate(ranges):
        line = canvas.ridge(0.34 + 0.07 * n, 0.05 - 0.008 * n, rough=0.55, waves=1.6 + 0.7 * n)
        canvas.hills([min(at, 0.62) for at in line], top, foot, depth=0.14)
    canvas.band(0.6, 0.025, "#fbf6ea", 0.7)
    _mirror(canvas, 0.62, darker=0.8, tint="#0a2a38")
    ripple = canvas.clouds(0.012, octaves=2, stretch=26) * ((canvas.y() - 0.62) * 5).clamp()
    canvas.paint((ripple * 3 - 0.35).clamp() * 0.5, "#e9f6f6", top=0.62)
    canvas.vignette(0.25)
    return canvas.finished()


def sailing_boat() -> Image:
    """One sail on a calm morning sea."""
    canvas = Canvas(1200, 1600, seed=94)
    canvas.sky([(0, "#557f9e"), (0.3, "#a9b8bd"), (0.56, "#f4cfae")])
    canvas.glow(0.72, 0.5, 0.12, "#ff9e6b", 0.45)
    canvas.paint((canvas.clouds(0.07, stretch=5) * 3 - 0.2).clamp() * 0.5, "#f6dcc8")
    canvas.hills(
        canvas.ridge(0.545, 0.012, rough=0.45, waves=1.4), "#7d8696", "#b3a8a8", depth=0.02
    )
    _mirror(canvas, 0.56, darker=0.93, tint="#0a1a28")
    ripple = (
        canvas.clouds(0.014, octaves=2, stretch=16) * ((canvas.y() - 0.56) * 6).clamp()
    ).copy_memory()
    canvas.paint((ripple * 4 - 0.4).clamp() * 0.35, "#6f93a8", top=0.56)
    for mirrored, strength in ((False, 1.0), (True, 0.45)):
        canvas.draw("#b5412f", partial(_sail, canvas, mirrored=mirrored), strength=strength)
        canvas.draw("#22303c", partial(_hull, canvas, mirrored=mirrored), strength=strength)
    canvas.vignette(0.25)
    return canvas.finished()


def _outline(
    canvas: Canvas, points: list[tuple[float, float]], *, mirrored: bool
) -> list[tuple[float, float]]:
    """Place a shape around the boat's waterline, or hang it below, stretched."""
    scale, x, y = canvas.height * 2 * 0.16, canvas.width * 2 * 0.42, canvas.height * 2 * 0.61
    return [(x + a * scale, y + b * scale * (-0.75 if mirrored else 1)) for a, b in points]


def _sail(canvas: Canvas, sheet: Image, *, mirrored: bool) -> None:
    main, jib = (
        [(0, -1.25), (0.06, -0.12), (0.52, -0.14)],
        [(-0.03, -1.05), (-0.05, -0.14), (-0.36, -0.12)],
    )
    for sail in (main, jib):
        sheet.polygon(_outline(canvas, sail, mirrored=mirrored), fill=255)


def _hull(canvas: Canvas, sheet: Image, *, mirrored: bool) -> None:
    hull = [(-0.5, -0.09), (0.56, -0.1), (0.44, 0.0), (-0.34, 0.0)]
    sheet.polygon(_outline(canvas, hull, mirrored=mirrored), fill=255)


def autumn_lake() -> Image:
    """Coloured trees and their image in the water."""
    canvas = Canvas(1680, 1120, seed=105)
    canvas.sky([(0, "#7fa9c4"), (0.4, "#dce8e6")])
    canvas.hills(canvas.ridge(0.3, 0.05, rough=0.5, waves=1.1), "#8fa3ad", "#c3cfcb", depth=0.2)
    canvas.draw_in_colours(partial(_autumn_trees, canvas))
    canvas.band(0.515, 0.012, "#2c2a1c", 0.8)
    _mirror(canvas, 0.52, darker=0.78, tint="#0a1418")
    ripple = canvas.clouds(0.016, octaves=3, stretch=18) * ((canvas.y() - 0.52) * 4).clamp()
    canvas.paint((ripple * 4 - 0.3).clamp() * 0.4, "#a9c0c8", top=0.52)
    canvas.vignette(0.4)
    return canvas.finished()


_AUTUMN = ("#c8502a", "#e8912d", "#f2c14e", "#8f2d1f", "#6f7d3c", "#d96c2c", "#b83d24")


def _autumn_trees(canvas: Canvas, sheet: Image) -> None:
    """Draw crowns of many leaves, the nearer ones lower and over the others."""
    width, height = canvas.width * 2, canvas.height * 2
    trees = 230
    for n in range(trees):
        nearness = n / trees
        x = canvas.random.random() * width
        y = (0.375 + 0.1 * nearness + canvas.random.uniform(0, 0.03)) * height
        size = (0.03 + 0.02 * nearness) * canvas.random.uniform(0.7, 1.2) * height
        crown = canvas.random.choice(_AUTUMN)
        for leaf in range(34):
            angle, far = canvas.random.uniform(0, 2 * math.pi), canvas.random.random() ** 0.5
            left, top = x + math.cos(angle) * far * size * 0.8, y + math.sin(angle) * far * size
            light = 0.5 - 0.5 * math.sin(angle) * far + canvas.random.uniform(-0.2, 0.2)
            shade = mix("#26160f", crown, min(max(0.35 + light * 0.65, 0), 1))
            round_ = size * 0.24 * (1 - leaf / 90)
            sheet.ellipse((left - round_, top - round_, left + round_, top + round_), fill=shade)


def _mirror(canvas: Canvas, horizon: float, *, darker: float, tint: str) -> None:
    """Make water of everything below the horizon: what is above, upside down."""
    shore = int(canvas.height * horizon)
    scene = canvas.image.copy_memory()
    water = scene.crop(
        0, max(0, 2 * shore - canvas.height), canvas.width, min(shore, canvas.height - shore)
    )
    water = water.flip("vertical").linear([darker] * 3, rgb(tint))
    canvas.image = scene.insert(water, 0, shore).copy_memory()
