"""People who use the API, as tests need them."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from tests.pictures import Picture

PASSWORD = "correct horse battery staple"

Json = dict[str, Any]


@dataclass
class Person:
    """Somebody with a browser: an HTTP client that keeps cookies and says where it comes from."""

    http: httpx2.Client
    email: str = ""

    def register(self) -> "Person":
        """Make an account; afterwards this person is signed in."""
        self.email = f"person-{uuid4().hex}@example.org"
        body = {"email": self.email, "password": PASSWORD}
        self.http.post("/api/auth/register", json=body).raise_for_status()
        return self

    def promise(self, *pictures: Picture) -> list[Json]:
        """Ask for places."""
        body = {"images": [picture.announcement() for picture in pictures]}
        answer = self.http.post("/api/images", json=body)
        answer.raise_for_status()
        places: list[Json] = answer.json()["places"]
        return places

    def upload(self, *pictures: Picture) -> list[str]:
        """Upload as the browser does; return the ids."""
        places = self.promise(*pictures)
        for place, picture in zip(places, pictures, strict=True):
            put(place["upload"], picture.content).raise_for_status()
        return [place["image"]["id"] for place in places]

    def detail(self, image_id: str) -> Json:
        """Look at one picture."""
        answer = self.http.get(f"/api/images/{image_id}")
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    def timeline(self, **query: str) -> list[str]:
        """The ids of the first page of the timeline."""
        answer = self.http.get("/api/images", params=query)
        answer.raise_for_status()
        return [image["id"] for image in answer.json()["images"]]

    def settled(self, image_id: str) -> Json | None:
        """The picture, once the worker is done with it."""
        answer = self.http.get("/api/images", params={"ids": image_id}).json()
        found: Json = answer["images"][0]
        return None if found["state"] in {"uploading", "processing"} else found


def put(upload: Json, content: bytes, *, url: str = "", **changed: str) -> httpx2.Response:
    """PUT to a place as the browser does; `changed` headers are named with underscores."""
    headers = upload["headers"] | {name.replace("_", "-"): text for name, text in changed.items()}
    return httpx2.put(url or upload["url"], headers=headers, content=content)
