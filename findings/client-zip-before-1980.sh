#!/usr/bin/env bash
# Files of before 1980 lie in the next century in zips that client-zip makes.
#
# One would guess that a zip, whose dates begin at 1980, gives an older file the earliest date there is (as
# Python refuses it, and Info-ZIP's zip writes 1 January 1980).
# What happens: client-zip 2.5.1, which packs files in the browser, puts the year less 1980 into seven bits
# without a bound. 1975 becomes 2103, 1969 becomes 2097, and unpacked files have that date.
# Why it matters: scans of old photos carry the day that they were taken, and a library's "download as zip"
# sets it as the date of the file. Sorted by date, grandparents come after everybody else.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund client-zip@2.5.1
cat >pack.mjs <<'JS'
import { writeFileSync } from "node:fs";

import { downloadZip } from "client-zip";

const scan = (day) => ({ name: `${day}.jpg`, input: "scan", lastModified: new Date(`${day}T12:00:00`) });
const days = ["1969-07-20", "1975-05-03", "1980-01-01", "2024-05-03"];
const zip = await downloadZip(days.map(scan)).arrayBuffer();
writeFileSync("scans.zip", new Uint8Array(zip));
JS
TZ=UTC node pack.mjs
python3 - <<'PYTHON'
import zipfile

years = {entry.filename[:4]: entry.date_time[0] for entry in zipfile.ZipFile("scans.zip").infolist()}
print(years)
assert years == {"1969": 2097, "1975": 2103, "1980": 1980, "2024": 2024}, "it has changed"
PYTHON
