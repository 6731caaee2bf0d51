"""Short names of browsers, made from the User-Agent header.

Nothing depends on these names, since a client chooses its header. A short list that covers common
browsers is therefore enough, without a library of ten thousand patterns.
"""

# The first that occurs wins: each browser also names those that it wants to be taken for.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_LONGEST_NAME = 40


def device_words(user_agent: str) -> str:
    """Say which browser on which device, such as "Firefox on Windows"."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    # A program: "curl/8.5.0", "python-httpx/0.28".
    name = user_agent.split("/", 1)[0].strip()[:_LONGEST_NAME]
    return browser or system or name or "Unknown device"


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str | None:
    return next((words for mark, words in names if mark in user_agent), None)
