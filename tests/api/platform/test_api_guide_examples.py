"""The examples of docs/api.md work as they stand, in their order."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx2
import pytest

from scripts.embedded.stack import EmbeddedStack
from tests.support.images import jpeg

GUIDE = (Path(__file__).parents[3] / "docs/api.md").read_text()
EXAMPLES = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)

# What some examples print, by a word that is in the example.
PRINTED = {
    "/api/health": '{"status":"ok"}',
    "api/docs": "3.1.0\nPinhole\n<!doctype html>",
    "auth/welcome/look": '{"email":"ada@example.org"}',
    '/auth/session" | jq -r .user': "ada@example.org",
    "auth/reset/look": "ada@example.org\nada@example.org",
    "tokens[0].name": "backup",
    "places[0].status": "upload",
    "split -b": "[1,0,8388608,false]\n[2,8388608,",
    '"$SITE/api/images?ids=$id"': "ready",
    "/complete": "9450036\nready",
    "page.json": "beach.jpg\nready\n2024-05-03T14:05:06",
    ".count, .buckets": '[2,"2024-05"]',
    '"$SITE/api/timeline/$key"': "[1,1,null]",
    "cmp original.jpg": "Box One",
    "dunes.jpg": "dunes.jpg\nperson",
    '"deleted": false': "dunes.jpg\nnull",
    "1985-07-14": (
        '["1985-07-14T15:30:00+02:00","Summer of 85",["taken","rating","location","title"]]'
        '\n["2024-05-03",[]]'
    ),
    "shifted.json": '[1,"restore_taken"]',
    "batch.json": "2\nrestore\n2",
    "delete_for_good": "[0,false,null]",
    "albums?sort=title": '[2,"remove_from_album"]\n["By the sea",2]',
    "> album.json": "[2,null]\n1",
    "> share.json": '["album","open",2,true]',
    "> shared.json": '[2,{}]\n["2023-05-03","2024-05-03"]',
    ".visits]": '["For Grandma",1]\nshare_closed\n{"ended":0}',
    "bob@example.org": '["bob@example.org","contributor","invited",0]\n[true,true,false]\n'
    '["invited"]',
    "shared-albums": '["owner",true]\nnull\n[[],[],true]',
    "library-shares": '["invited",null,true,true]\n["carl@example.org"]\n[[],[]]',
    "add_tag": '[2,"remove_tag"]\n["family/Oma",2]',
    "prefix=": "family/Oma",
    "relatives/Oma": "relatives/Oma\n2\n2",
    "alike.json": "[0,null]",
    "$album/restore": "manual\n2",
    "found.json": '[1,"dunes.jpg","alt_text","A red kite over the dunes"]\n["date","2024-01-01",'
    '"2024-12-31"]\n["large.jpg","album"]',
    "changes.json": '["kite.jpg",[],false]',
    "images/describe": 'waiting\ndone\n{"queued":1}',
    "auth/logout": "401",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "beach.jpg").write_bytes(jpeg(seed=400).content)
    older = jpeg(seed=401).content.replace(b"2024:05:03", b"2023:05:03")
    (tmp_path / "large.jpg").write_bytes(older + bytes(9 * 1024 * 1024))
    return tmp_path


def test_every_example_works(site: str, stack: EmbeddedStack, folder: Path) -> None:
    missing = [name for name in ("curl", "jq", "sha256sum") if not shutil.which(name)]
    assert not missing, f"the guide's examples need {missing}: install them"
    # Here the API answers at another port than the site's: only Origin names the site.
    script = "\n".join(f"{example}\necho '<end {n}>'" for n, example in enumerate(EXAMPLES))
    script = script.replace("Origin: $SITE", f"Origin: {stack.site_origin}")
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={"SITE": site, "MAILBOX": stack.mailbox_key, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    outputs = re.split(r"<end \d+>\n", done.stdout)
    for word, expected in PRINTED.items():
        (number,) = (n for n, example in enumerate(EXAMPLES) if word in example)
        assert expected in outputs[number], word


def test_every_operation_has_an_example_or_is_named(visitor: httpx2.Client) -> None:
    document = visitor.get("/api/openapi.json").json()
    examples = "\n".join(EXAMPLES).replace("$id", "{image_id}").replace("$key", "{key}")
    names = {"$album": "{album_id}", "$tag": "{tag_id}", "$month": "{key}"}
    for name, place in names.items():
        examples = examples.replace(name, place)
    examples = examples.replace('$share"', '{share_id}"')
    examples = re.sub(r"\$\(jq -r \.id made\.json\)", "{token_id}", examples)
    examples = re.sub(r"\$\(jq -r \.id saved\.json\)", "{search_id}", examples)
    for path, operations in document["paths"].items():
        for method in operations:
            if f"`{method.upper()} {path}`" in GUIDE:  # named there, with what it is for
                continue
            pattern = rf'\$SITE{re.escape(path)}["?]'
            assert re.search(pattern, examples), path
            if method in {"patch", "delete"}:
                assert re.search(rf"-X {method.upper()} {pattern[:0]}\"{pattern}", examples), path


def test_every_code_is_listed(visitor: httpx2.Client) -> None:
    table = GUIDE.partition("| status | codes |")[2].partition("\n\n")[0]
    document = visitor.get("/api/openapi.json").json()
    codes = set(document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
    abstract = {"internal_error", "conflict"}
    assert {code for code in codes - abstract if f"`{code}`" not in table} == set()
    assert visitor.get("/api/nothing").json()["code"] in table


def test_json_in_the_guide_is_json() -> None:
    for example in re.findall(r"^```json\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE):
        json.loads(example)
