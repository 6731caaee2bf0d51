"""Messages for users: why an image or a description failed.

Rows keep codes, which are stable; the messages may change. A code without a message here is still
returned, with a general one.
"""

WORDS = {
    # Rejected: nothing was kept.
    "not_a_picture": "This file is not a picture that can be read. Nothing was kept of it.",
    "unsupported_type": "This file type is not supported. Supported are JPEG, PNG, GIF, WebP,"
    " AVIF, HEIC, TIFF, JPEG XL, the raw files of cameras (DNG, NEF, CR2, CR3, ARW, RAF, RW2,"
    " ORF, PEF, SRW and others), and MP4 and MOV videos.",
    "unreadable": "This file is damaged and cannot be read. Nothing was kept of it.",
    # Of rows from before.
    "too_many_pixels": "This picture was too large. Upload it again; the limit is gone.",
    "not_as_promised": "The upload does not match the selected file. Upload it again.",
    # Damaged: the original is kept.
    "incomplete": "The end of this file is missing. The original is kept as it is.",
    "corrupt": "Part of this file is broken. The original is kept as it is.",
    # The same state, but the fault is ours: the file may be in order.
    "undecodable": "Pictures of this kind cannot be shown here yet. The original is kept as it is.",
    "shown_small": "This picture is too large to be opened here, so the small copy in it is shown."
    " The original is kept as it is.",
    "too_slow": "Opening this picture took too long here. The original is kept as it is.",
    "out_of_memory": "This picture needs more memory than there is here. The original is kept as it"
    " is.",
    "decoder_crashed": "The program that opens pictures failed on this one. The original is kept as"
    " it is.",
    "processing_failed": "No preview could be made of this picture. The original is kept as it is.",
    # Descriptions. Too busy, without money and without a key: of rows from before 0099.
    "preview_unreadable": "The preview could not be read, so nothing was sent. Try again.",
    "rate_limited": "The model was too busy. Try again later.",
    "quota_exceeded": "The administrator's budget for the model is used up.",
    "unreachable": "The model could not be reached. Try again later.",
    "refused": "The model declined to describe this picture.",
    "unusable_answer": "The model's answer could not be used. Try again.",
    "bad_key": "The administrator's key for the model was refused.",
    "misconfigured": "The model is not configured correctly. Contact your administrator.",
    "picture_not_accepted": "The model could not read this picture.",
}


# Why nothing is sent to the model for now, while pictures wait.
WAITS = {
    "quota_exceeded": "The administrator's account with the model has no money left, so nothing is"
    " sent. It is tried again once an hour.",
    "bad_key": "The administrator's key for the model was refused, so nothing is sent. The"
    " administrator must set another.",
    "rate_limited": "The model asks for fewer requests. Pinhole tries again in a moment.",
    "unreachable": "The model does not answer. Pinhole tries again, less and less often.",
    "price_unknown": "The price of the model is not configured, so nothing is sent. The"
    " administrator sets OPENAI_PRICES.",
}


# Damaged, but by no fault of the file: tried again when decoders have become better.
OURS = frozenset(
    {
        "undecodable",
        "shown_small",
        "too_slow",
        "out_of_memory",
        "decoder_crashed",
        "processing_failed",
    }
)
# Damaged by the file's own fault, as far as these decoders know.
BROKEN = frozenset({"incomplete", "corrupt"})
_TITLES = {"shown_small": "Small preview", **dict.fromkeys(BROKEN, "Damaged")}

VIDEO = "This kind of video is not supported. Supported are MP4 and MOV."


def failure(code: str | None) -> dict[str, str] | None:
    """Shape a code as the API's Failure."""
    if code is None:
        return None
    return {
        "code": code,
        "title": _TITLES.get(code, "No preview yet" if code in OURS else "Failed"),
        "detail": WORDS.get(code, "This could not be done."),
    }
