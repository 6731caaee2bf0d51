"""Landscapes for the demo: hills, weather and light."""


# ruff: noqa: PLR2004 - a painting is numbers

import math
from functools import partial

from scripts.embedded.painting import Canvas, Image, mapped, mix, rgb


def mountains_at_dawn() -> Image:
    """Six ranges, each paler than the one before it."""
    canvas = Canvas(1680, 1120, seed=11)
    canvas.sky([(0, "#2c3e63"), (0.35, "#8d86a8"), (0.55, "#f2b8a0"), (0.7, "#ffe0b5")])
    canvas.glow(0.68, 0.5, 0.28, "#ffb070", 0.5)
    canvas.disc(0.68, 0.47, 0.035, "#ffffff", 3)
    for n in range(6):
        line = canvas.ridge(0.52 + 0.085 * n, 0.035 + 0.008 * n, rough=0.56, waves=0.7 + 0.22 * n)
        colour = mix("#c9a9b4", "#1d2440", (n / 5) ** 0.9)
        canvas.hills(line, colour, mix(colour, "#f7c8a8", 0.45 * (1 - n / 5)), depth=0.2)
    canvas.vignette()
    return canvas.finished()


def dunes() -> Image:
    """Sand in low light, rippled by the wind."""
    canvas = Canvas(1680, 1120, seed=5)
    canvas.sky([(0, "#4f86b5"), (0.28, "#a9c4d2"), (0.44, "#f6e2c6")])
    canvas.glow(0.12, 0.34, 0.4, "#ffcf96", 0.25)
    shades = (
        ("#edbb86", "#b8743f"),
        ("#e8a765", "#93552b"),
        ("#dd924c", "#74391d"),
        ("#c9783a", "#4a2115"),
    )
    for n, (light, dark) in enumerate(shades):
        line = canvas.ridge(0.42 + 0.13 * n, 0.05 + 0.012 * n, rough=0.27, waves=0.6 + 0.15 * n)
        reach, last = 90, canvas.width - 1
        slope = [line[min(i + reach, last)] - line[max(i - reach, 0)] for i in range(canvas.width)]
        under = (canvas.y() - canvas.row(line)).copy_memory()
        wind = under * (70 + 20 * n) + canvas.row([at * 30 for at in line]) + canvas.clouds(0.5) * 2
        ripples = (wind * 360).sin() * 0.035 * (under / 0.03).clamp()
        fading = (under / 0.4).clamp()
        lit = canvas.row([7 * s for s in slope]) * (1 - fading) + 0.55 - fading * 0.5
        change = [a - b for a, b in zip(rgb(light), rgb(dark), strict=True)]
        canvas.paint(
            canvas.below(line),
            (lit + ripples).clamp().linear(change, rgb(dark)),
            top=min(line) - 0.01,
        )
    canvas.vignette()
    return canvas.finished()


def milky_way() -> Image:
    """A clear night above dark ridges."""
    canvas = Canvas(1120, 1680, seed=21)
    canvas.sky([(0, "#050817"), (0.5, "#101c44"), (0.8, "#2b3f74"), (0.93, "#6c7597")])
    off = ((canvas.x() - 0.6) + (canvas.y() - 0.4) * 0.4).copy_memory()
    band = (off * off * -26).exp().copy_memory()
    dust = canvas.clouds(0.1, octaves=5).copy_memory()
    canvas.add((band * (0.4 + dust * 0.7)).clamp() * 0.42, "#7f8ed0")
    canvas.add((band * band * (0.35 + dust)).clamp() * 0.3, "#ffd9c0")
    canvas.paint((dust * -3 - 0.1).clamp() * (off * off * -110).exp() * 0.6, "#0a0f26")
    canvas.stars(3600, above=0.86)
    canvas.band(0.84, 0.05, "#f0ab78", 0.35)
    for n, colour in enumerate(("#2a355f", "#141c3a", "#070a18")):
        line = canvas.ridge(0.82 + 0.055 * n, 0.022 + 0.006 * n, rough=0.55, waves=0.8 + 0.3 * n)
        canvas.hills(line, colour, mix(colour, "#000000", 0.5))
    canvas.vignette(0.4)
    return canvas.finished(grain=3)


def northern_lights() -> Image:
    """Green curtains above a forest."""
    canvas = Canvas(1680, 1120, seed=17)
    canvas.sky([(0, "#030714"), (0.6, "#0b2036"), (0.9, "#1d4a55")])
    canvas.stars(1500, above=0.8)
    for foot, colour, strength in (
        (0.58, "#38ffb0", 0.8),
        (0.5, "#59d8ff", 0.45),
        (0.66, "#7dff8a", 0.55),
    ):
        line = canvas.ridge(foot, 0.09, rough=0.4, waves=0.8)
        above = (canvas.row(line) - canvas.y()).copy_memory()
        rays = canvas.row(
            [0.75 + 0.25 * v / 0.09 for v in canvas.ridge(0, 0.09, rough=0.6, waves=3)]
        )
        curtain = (above / -0.24).exp() * (above * 40).clamp() * (above > 0).ifthenelse(1, 0)
        canvas.add((curtain * rays.clamp()).clamp() * strength, colour)
        canvas.add((above.abs() * -30).exp() * 0.12 * strength, "#c060ff")
    canvas.hills(canvas.ridge(0.8, 0.02, rough=0.5), "#0a2a33", "#06141a")
    _forest(canvas, 0.86, "#06141a", tallest=0.1)
    _forest(canvas, 0.93, "#020609", tallest=0.17)
    return canvas.finished(grain=3)


def forest_in_fog() -> Image:
    """Firs that vanish one row after the other."""
    canvas = Canvas(1680, 1120, seed=29)
    canvas.sky([(0, "#dfe7e4"), (0.6, "#c9d5d2"), (1, "#b5c4c1")])
    canvas.glow(0.3, 0.2, 0.5, "#fff6dc", 0.12)
    for n in range(6):
        colour = mix("#b9c8c5", "#142b2c", (n / 5) ** 1.3)
        _forest(canvas, 0.42 + 0.12 * n, colour, tallest=0.13 + 0.05 * n)
        if n < 5:
            canvas.band(0.47 + 0.12 * n, 0.07, "#dbe5e2", 0.65)
    canvas.vignette(0.3)
    return canvas.finished(grain=1)


def lavender() -> Image:
    """Rows that run to the horizon."""
    canvas = Canvas(1680, 1120, seed=43)
    canvas.sky([(0, "#4a6fb0"), (0.25, "#b79cc9"), (0.4, "#ffcfa6"), (0.46, "#ffe9bf")])
    canvas.glow(0.75, 0.42, 0.2, "#ffb765", 0.5)
    for n, colour in enumerate(("#8f83ad", "#6a6392")):
        canvas.hills(canvas.ridge(0.42 + 0.02 * n, 0.015, rough=0.4), colour, colour)
    depth = (canvas.y() - 0.45).clamp(min=0.004).copy_memory()
    across = ((canvas.x() - 0.62) / depth).copy_memory()
    rows = (((across * 400 + canvas.clouds(0.05) * 60).sin() + 1) / 2).copy_memory()
    bushes = canvas.clouds(0.012, octaves=3) * (depth * 3).clamp()
    tone = (rows * 0.85 + bushes * 0.6 + 0.05).clamp()
    dark, light = rgb("#2f2450"), rgb("#9a78d8")
    field = tone.linear([b - a for a, b in zip(dark, light, strict=True)], dark)
    canvas.paint(((canvas.y() - 0.45) * 600).clamp(), field, top=0.44)
    canvas.paint((rows * -5 + 0.6).clamp() * (depth * 2.4).clamp() * 0.75, "#4f6b3a", top=0.45)
    canvas.band(0.46, 0.035, "#ffd9ae", 0.75)
    canvas.vignette(0.4)
    return canvas.finished()


def moonrise() -> Image:
    """A full moon over table mountains."""
    canvas = Canvas(1600, 1200, seed=52)
    canvas.sky([(0, "#1c2350"), (0.4, "#5c4f8c"), (0.62, "#d58a8f"), (0.72, "#f6bd9a")])
    canvas.stars(220, above=0.4)
    canvas.glow(0.36, 0.4, 0.16, "#ffe9cf", 0.35)
    moon = ((0.1 - canvas.distance(0.36, 0.4)) * 450 + 0.5).clamp()
    seas = (canvas.clouds(0.07) * 2.2 + 0.1).clamp() * 0.16
    canvas.paint(moon, (1 - seas).linear(rgb("#fff4dd"), [0, 0, 0]))
    for n in range(4):
        rough = canvas.ridge(0.66 + 0.085 * n, 0.055, rough=0.5, waves=0.9 + 0.3 * n)
        top = 0.64 + 0.085 * n
        line = [max(at, top) + 0.12 * max(0, at - top - 0.02) for at in rough]
        colour = mix("#a8647a", "#1c1230", (n / 3) ** 0.8)
        canvas.hills(line, colour, mix(colour, "#f0a58c", 0.35 * (1 - n / 3)), depth=0.12)
    canvas.vignette()
    return canvas.finished()


def balloons() -> Image:
    """Hot-air balloons over morning hills."""
    canvas = Canvas(1680, 1120, seed=61)
    canvas.sky([(0, "#7cc0e4"), (0.5, "#d4ecec"), (0.75, "#fff0d2")])
    canvas.glow(0.85, 0.7, 0.4, "#ffd28e", 0.3)
    for n in range(4):
        colour = mix("#b4cdbb", "#2d5a45", n / 3)
        line = canvas.ridge(0.72 + 0.07 * n, 0.03, rough=0.42, waves=0.8 + 0.2 * n)
        canvas.hills(line, colour, mix(colour, "#ffe7b8", 0.4), depth=0.15)
        canvas.band(0.76 + 0.07 * n, 0.02, "#fff3dc", 0.35)
    stripes = (
        ("#d9443f", "#f7c35c"),
        ("#2a6f97", "#f4f1de"),
        ("#e07a5f", "#3d405b"),
        ("#6a4c93", "#ffca3a"),
    )
    places = (0.3, 0.34, 0.17), (0.62, 0.22, 0.1), (0.8, 0.46, 0.065), (0.5, 0.52, 0.045)
    for place, colours in zip(places, stripes, strict=True):
        _balloon(canvas, *place, colours)
    canvas.vignette(0.25)
    return canvas.finished()


def _balloon(canvas: Canvas, x: float, y: float, size: float, colours: tuple[str, str]) -> None:
    """Paint a striped balloon and its basket, touching only the pixels around it."""
    side = round(size * canvas.height * 3.2)
    left, top = round(x * canvas.width) - side // 2, round(y * canvas.height) - round(side * 0.34)
    top = max(top, 0)
    part = Canvas(side, side, seed=0)
    part.image = canvas.image.crop(left, top, side, side).copy_memory()
    right, down = (
        place * (side / (size * canvas.height))
        for place in part.xy(0.5, (y * canvas.height - top) / side)
    )
    narrow = (right * ((down - 0.1).clamp() * 0.62 + 1)).copy_memory()
    inside = 1 - (narrow * narrow + down * down) ** 0.5
    gores = (narrow / (1 - down * down).clamp(min=0.02) ** 0.5).clamp(min=-1, max=1).asin()
    stripes = ((gores * 6).sin() * 6 + 0.5).clamp()
    change = [b - a for a, b in zip(*map(rgb, colours), strict=True)]
    shade = 1.05 - (narrow + 0.35) ** 2 * 0.3 - (down + 0.4) ** 2 * 0.12
    part.paint(
        inside * (canvas.height * size / 1.5) + 0.5, stripes.linear(change, rgb(colours[0])) * shade
    )

    def at(across: float, below: float) -> tuple[float, float]:
        unit = size * canvas.height * 2
        return (x * canvas.width - left) * 2 + across * unit, (
            y * canvas.height - top
        ) * 2 + below * unit

    def basket(sheet: Image) -> None:
        sheet.rectangle((*at(-0.13, 1.28), *at(0.13, 1.5)), fill=255)
        for aside in (-1, 1):
            sheet.line(
                (*at(aside * 0.12, 1.3), *at(aside * 0.3, 0.86)), fill=255, width=round(size * 40)
            )

    part.draw("#54392a", basket)
    canvas.image = canvas.image.insert(part.image.copy_memory(), left, top)


def lone_tree() -> Image:
    """A tree on a snowy hill."""
    canvas = Canvas(1650, 1100, seed=72)
    canvas.sky([(0, "#9db8d0"), (0.5, "#d9e4ec"), (0.7, "#f7ece4")])
    canvas.glow(0.2, 0.55, 0.4, "#ffe1c4", 0.2)
    for n in range(3):
        colour = mix("#d3dfe8", "#ffffff", n / 2)
        line = canvas.ridge(0.66 + 0.08 * n, 0.035, rough=0.3, waves=0.6)
        canvas.hills(line, colour, mix(colour, "#a9c0d6", 0.75), depth=0.3)
        if n == 1:
            foot = line[int(canvas.width * 0.62)] + 0.01
            canvas.draw("#2b2a33", partial(_tree, canvas, foot=foot))
    snow = canvas.clouds(0.02, octaves=2) * ((canvas.y() - 0.7) * 4).clamp()
    canvas.paint((snow * 2 - 0.3).clamp() * 0.4, "#ffffff")
    canvas.vignette(0.25)
    return canvas.finished()


def _tree(canvas: Canvas, sheet: Image, *, foot: float) -> None:
    """Draw a tree by letting each branch end in two smaller ones. The sheet is twice as large."""

    def grow(x: float, y: float, angle: float, length: float, width: float) -> None:
        end_x, end_y = x + math.cos(angle) * length, y - math.sin(angle) * length
        sheet.line((x, y, end_x, end_y), fill=255, width=max(2, round(width)))
        if length < 14:
            return
        for turn in (0.42, -0.38):
            bend = angle + turn * canvas.random.uniform(0.6, 1.25)
            grow(end_x, end_y, bend, length * canvas.random.uniform(0.7, 0.82), width * 0.68)

    grow(canvas.width * 2 * 0.62, canvas.height * 2 * foot, math.pi / 2, canvas.height * 0.24, 34)


def canyon() -> Image:
    """Layers of sandstone, bent."""
    canvas = Canvas(1120, 1680, seed=83)
    bend = canvas.clouds(0.45, octaves=3) * 0.9 + canvas.x() * 0.35
    place = ((canvas.y() + bend) * 1.15).copy_memory()
    fine = (place * 3600 + canvas.clouds(0.06) * 240).sin() * 0.05
    strata = ((place * 900).sin() * 0.32 + (place * 2300 + 40).sin() * 0.16 + fine + 0.5).clamp()
    stops = [(0, "#40160f"), (0.3, "#9c3d1f"), (0.55, "#d9743a"), (0.8, "#f3b074"), (1, "#ffe0b8")]
    canvas.paint(1, mapped(strata, stops))
    light = (canvas.clouds(0.6, octaves=2) + 0.1).clamp()
    canvas.paint(light * 1.1, "#ffd9a0")
    canvas.paint((0.32 - canvas.x() - canvas.clouds(0.4) * 0.25).clamp() * 2.6, "#2a0d12")
    canvas.paint((canvas.x() - 0.74 - canvas.clouds(0.4) * 0.25).clamp() * 2.6, "#2a0d12")
    canvas.vignette(0.6)
    return canvas.finished(grain=3)


def _forest(canvas: Canvas, ground: float, colour: str, *, tallest: float) -> None:
    """Draw firs side by side, their feet on about the same line."""

    def sketch(sheet: Image) -> None:
        width, height = canvas.width * 2, canvas.height * 2
        x = -0.05
        while x < 1.05:
            tall = tallest * canvas.random.uniform(0.55, 1)
            _fir(
                sheet, x * width, (ground + canvas.random.uniform(0, 0.02)) * height, tall * height
            )
            x += tallest * canvas.random.uniform(0.1, 0.35)
        sheet.rectangle((0, min(ground + 0.01, 1) * height, width, height), fill=255)

    canvas.draw(colour, sketch)


def _fir(sheet: Image, x: float, foot: float, tall: float) -> None:
    tiers = 7
    for tier in range(tiers):
        top, bottom = (
            foot - tall + tall * tier / (tiers + 1),
            foot - tall + tall * (tier + 2) / (tiers + 1),
        )
        half = tall * 0.028 * (tier + 1.6)
        sheet.polygon(
            [(x, top), (x + half, bottom), (x, bottom - half * 0.35), (x - half, bottom)], fill=255
        )
