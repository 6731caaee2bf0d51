"""Why a picture or a description failed, in words for the person it belongs to.

Rows keep codes, which are stable; the words may change. A code without words here is still told.
"""

WORDS = {
    # Rejected: nothing was kept.
    "not_a_picture": "This file is not a picture that can be read. Nothing was kept of it.",
    "unsupported_type": "This kind of file is not taken in. JPEG, PNG, GIF, WebP, AVIF, HEIC, TIFF"
    " and the raw files of cameras (DNG, NEF, CR2, CR3, ARW, RAF, RW2) are; videos are not yet.",
    "unreadable": "This file begins like a picture, but no more of it can be read. Nothing was"
    " kept of it.",
    "too_many_pixels": "This picture has more than 100 megapixels, which is more than can be"
    " opened here. Make it smaller and upload it again.",
    "not_as_promised": "What arrived is not the file that was announced. Upload it again.",
    # Damaged: the original is kept. (Rejected with the same code: its header alone did this.)
    "incomplete": "The end of this file is missing. The original is kept as it is.",
    "corrupt": "Part of this file is broken. The original is kept as it is.",
    "undecodable": "This picture cannot be shown. The original is kept as it is.",
    "too_slow": "Opening this picture took too long.",
    "out_of_memory": "Opening this picture took too much memory.",
    "decoder_crashed": "This picture made the decoder fail.",
    "processing_failed": "No preview could be made of this picture. The original is kept as it is.",
    # Descriptions.
    "preview_unreadable": "The preview could not be read, so nothing was sent. Try again.",
    "rate_limited": "The model was too busy. Try again later.",
    "quota_exceeded": "The operator's budget for the model is used up.",
    "unreachable": "The model could not be reached. Try again later.",
    "refused": "The model declined to describe this picture.",
    "unusable_answer": "The model's answer could not be used. Try again.",
    "bad_key": "The operator's key for the model was refused.",
    "misconfigured": "The model is set up wrong here. The operator must look at its settings.",
    "picture_not_accepted": "The model could not read this picture.",
}


VIDEO = "Videos are not taken in yet, only pictures."


def failure(code: str | None) -> dict[str, str] | None:
    """Shape a code as the API's Failure."""
    if code is None:
        return None
    return {"code": code, "detail": WORDS.get(code, "This could not be done.")}
