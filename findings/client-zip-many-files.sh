#!/usr/bin/env bash
# A zip of more than 65,535 small files that client-zip makes is broken for unzip.
#
# One would guess that a library with Zip64 writes its records once there are more files than the plain end record
# can count (APPNOTE.TXT 4.4.1.4: a field that is too small is 0xFFFF, and the Zip64 end record has the number).
# What happens: client-zip 2.5.1 writes 0xFFFF and no Zip64 record, unless a file or the whole is larger than 4 GiB.
# Python and bsdtar read on to the end of the list and find all; Info-ZIP's unzip takes the zip for corrupt (exit 3).
# Why it matters: a library's "download as zip" has a sidecar beside each picture: 33,000 thumbnails with theirs are
# 66,000 entries far below 4 GiB. zip.js 2.24.0 writes the record, and unzip reads its zip.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund client-zip@2.5.1 @zip.js/zip.js@2.24.0
cat >pack.mjs <<'JS'
import { createWriteStream } from "node:fs";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { TextReader, ZipWriter } from "@zip.js/zip.js";
import { makeZip } from "client-zip";

const names = Array.from({ length: 66_000 }, (_, index) => `${index}.xmp`);
const entries = names.map((name) => ({ name, input: "x", lastModified: new Date(2024, 4, 3) }));
await pipeline(Readable.fromWeb(makeZip(entries)), createWriteStream("client-zip.zip"));
const file = createWriteStream("zip.js.zip");
const zip = new ZipWriter(Writable.toWeb(file), { level: 0, useWebWorkers: false });
for (const name of names) await zip.add(name, new TextReader("x"));
await zip.close();
JS
node pack.mjs
python3 - <<'PYTHON'
import struct
import subprocess
import zipfile

seen = {}
for name in ("client-zip", "zip.js"):
    path = f"{name}.zip"
    content = open(path, "rb").read()
    (told,) = struct.unpack_from("<H", content, content.rindex(b"PK\x05\x06") + 10)
    listed = len(zipfile.ZipFile(path).infolist())
    unzip = subprocess.run(["unzip", "-tqq", path], capture_output=True).returncode
    seen[name] = {
        "told": told, "Zip64": b"PK\x06\x06" in content[-200:], "Python": listed, "unzip": unzip
    }
    print(name, seen[name])
whole = {"told": 65535, "Zip64": True, "Python": 66000, "unzip": 0}
assert seen["zip.js"] == whole, "it has changed"
assert seen["client-zip"] == whole | {"Zip64": False, "unzip": 3}, "it has changed"
PYTHON
