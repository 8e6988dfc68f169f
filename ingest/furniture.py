"""What stands on a page and is no part of the article: small rules, each with a name and a reason to drop."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from ingest.phrases import (
    ADDRESS,
    AUTHOR,
    BYLINE,
    COPYRIGHT,
    CRUMBS,
    EITHER,
    IMAGE,
    INTERFACE,
    INVITES,
    NAME,
    NOTICE,
    PERSON,
    SECTION,
    SIGN_UP,
    THREAD,
    TRAIL,
    VOICE,
)
from ingest.pieces import Dropped, Piece, ended, is_short, leads_in, words
from ingest.sentences import split

_LONGEST_LABEL = 90  # characters
Rule = Callable[[Sequence[Piece]], set[int]]  # the positions that it drops


def drop(pieces: Sequence[Piece]) -> tuple[tuple[Piece, ...], tuple[Dropped, ...]]:
    """What remains, and what each rule took; a heading goes with the last of what stood under it."""
    pieces, dropped = _without_images(pieces)
    gone: dict[int, str] = {}
    for name, rule in RULES:
        for number in rule(pieces):
            gone.setdefault(number, name)
    for number in _emptied(pieces, gone):
        gone.setdefault(number, "nothing beneath")
    dropped += [Dropped(name, pieces[number].text) for number, name in sorted(gone.items())]
    return tuple(piece for number, piece in enumerate(pieces) if number not in gone), tuple(dropped)


def is_furniture(text: str) -> bool:
    """Whether a line alone gives itself away, wherever it stands: what can't be an article's title."""
    if not is_short(text, 60):
        return not words(text)
    whole = (INTERFACE, CRUMBS, BYLINE, ADDRESS, SECTION)
    line = text[: _LONGEST_LABEL + 1]
    return (
        any(rule.fullmatch(line) for rule in whole)
        or bool(SIGN_UP.match(text) or NOTICE.search(text))
        or not _bare(text)
    )


def _bare(text: str) -> str:
    return IMAGE.sub("", text).strip(" |")


def _without_images(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Dropped]]:
    """`![](…)` goes; a table with it in its first row is a frame, and the short row beneath is its caption."""
    found: list[Piece] = []
    dropped: list[Dropped] = []
    for piece in pieces:
        if not IMAGE.search(piece.text):
            found.append(piece)
            continue
        rows = [IMAGE.sub("", row).strip(" |") for row in piece.text.split("\n")]
        frame = piece.kind == "table" and not rows[0] and all(is_short(row) and not ended(row) for row in rows[1:])
        text = "" if frame else "\n".join(row for row in rows if row)
        dropped.append(Dropped("image", piece.text if frame or not text else " ".join(IMAGE.findall(piece.text))))
        if text:
            found.append(replace(piece, text=" ".join(text.split(" "))))
    return found, dropped


def interface(pieces: Sequence[Piece]) -> set[int]:
    """Buttons, menus and labels of the page itself: `Post a Comment`, `Share this article`, `5 min read`."""
    hits = {
        n
        for n, piece in enumerate(pieces)
        if not _is_title(pieces, n) and _is_interface(piece.text) and not _has_body(pieces, n)
    }
    for group in _groups(pieces):
        if len(hits & set(group)) < 0.6 * len(group) or _is_announced(
            pieces, group[0]
        ):  # a word such as `News` among an article's items
            hits -= set(group)
    return hits


def _is_announced(pieces: Sequence[Piece], number: int) -> bool:
    """What a sentence leads into is content, whatever it says: `Before you publish, check:` and `Privacy policy`."""
    before = pieces[number - 1].text if number else ""
    return leads_in(before) and not INTERFACE.fullmatch(before) and len(words(before)) > 3


def _is_interface(text: str) -> bool:
    return len(text) <= _LONGEST_LABEL and bool(INTERFACE.fullmatch(text))


def _is_title(pieces: Sequence[Piece], number: int) -> bool:
    return pieces[number].kind == "heading" and pieces[number].level == 1


def _has_body(pieces: Sequence[Piece], number: int) -> bool:
    """A heading that prose stands under, marked as one by the page, or of a word that articles have too: `Services`."""
    piece, after = pieces[number], pieces[number + 1] if number + 1 < len(pieces) else None
    heads = piece.kind == "heading" and (piece.said or bool(EITHER.fullmatch(piece.text)))
    return heads and after is not None and _is_prose(after)


def _is_prose(piece: Piece) -> bool:
    return piece.kind in {"paragraph", "lead_in", "item"} and ended(piece.text) and len(words(piece.text)) > 6


def side_sections(pieces: Sequence[Piece]) -> set[int]:
    """`Related posts` and the short lines under it, up to the next heading or sentence."""
    gone: set[int] = set()
    end = 0
    for number, piece in enumerate(pieces):
        if piece.kind == "item" or number + 1 < end or not SECTION.fullmatch(piece.text):
            continue
        end = _end_of_section(pieces, number)
        if end > number + 1 or end == len(pieces) or not _is_prose(pieces[end]):
            gone |= _short_of(pieces, number, end)
    return gone


def _end_of_section(pieces: Sequence[Piece], number: int) -> int:
    """Where a section of short lines ends: at prose, a heading that the page marks, or a line above its own list."""
    end = number + 1
    listed = end < len(pieces) and pieces[end].kind == "item"
    while end < len(pieces) and not _is_prose(pieces[end]):
        piece = pieces[end]
        if piece.kind == "paragraph" and not is_short(piece.text, 20) and words(piece.text):
            break  # longer than any title of a page, though no stop ends it
        if piece.kind == "heading" and piece.said:
            break
        if not listed and piece.kind != "item" and end + 1 < len(pieces) and pieces[end + 1].kind == "item":
            break  # `Skills` and its bullets, under the buttons that share a page
        end += 1
    return end


def _short_of(pieces: Sequence[Piece], start: int, end: int) -> set[int]:
    """Of guessed headings in a side section the last stays, where prose stands under it."""
    last = end - 1
    keep = end < len(pieces) and _is_prose(pieces[end]) and pieces[last].kind == "heading" and last > start
    return set(range(start, last if keep else end))


def invitations(pieces: Sequence[Piece]) -> set[int]:
    """A line that sends the reader elsewhere: `Get more insights on …`, `Read more about …`, `Click here to …`."""
    return {
        n
        for n, piece in enumerate(pieces)
        if not _is_title(pieces, n)
        and piece.kind != "item"
        and is_short(piece.text, 14)
        and INVITES.fullmatch(piece.text.rstrip(" .!:>»→"))
        and not _has_body(pieces, n)
    }


def sign_ups(pieces: Sequence[Piece]) -> set[int]:
    """`Subscribe to our newsletter and get … in your inbox.`: at most two short sentences, one of which asks for it."""
    return {
        n
        for n, piece in enumerate(pieces)
        if _is_brief(piece)
        and not _is_title(pieces, n)
        and not _has_body(pieces, n)
        and SIGN_UP.match(piece.text)
        and not _is_subject(pieces, piece)
    }


def notices(pieces: Sequence[Piece]) -> set[int]:
    """Copyright lines, cookie banners, notes to the browser."""
    return {
        n
        for n, piece in enumerate(pieces)
        if not _is_title(pieces, n) and _is_notice(piece) and not _is_subject(pieces, piece)
    }


def _is_subject(pieces: Sequence[Piece], piece: Piece) -> bool:
    """A sentence on cookies or newsletters in an article whose title names them: it may sound like a notice."""
    title = next((one.text.lower() for one in pieces if one.kind == "heading"), "")
    if NOTICE.search(title):
        return False  # the banner itself, where it comes first
    named = [word for word in ("cookie", "newsletter", "inbox", "copyright", "javascript", "spam") if word in title]
    return _is_prose(piece) and any(word in piece.text.lower() for word in named)


def _is_notice(piece: Piece) -> bool:
    """A copyright line is short: a paragraph that only begins with one is content."""
    if COPYRIGHT.search(piece.text):
        return _is_brief(piece, 25)
    return _is_brief(piece, 60) and bool(NOTICE.search(piece.text))


def _is_brief(piece: Piece, limit: int = 40) -> bool:
    return is_short(piece.text, limit) and len(split(piece.text)) <= 4


def breadcrumbs(pieces: Sequence[Piece]) -> set[int]:
    """`Home > Blog > What is a CMO`."""
    return {
        n
        for n, piece in enumerate(pieces)
        if (CRUMBS.fullmatch(piece.text) or TRAIL.fullmatch(piece.text)) and not ended(piece.text)
    }


def bylines(pieces: Sequence[Piece]) -> set[int]:
    """`By Jane Roe | March 3, 2024 | 5 min read` and dates that stand alone."""
    return {
        n
        for n, piece in enumerate(pieces)
        if not _is_title(pieces, n)
        and piece.kind in {"heading", "paragraph"}
        and is_short(piece.text)
        and (BYLINE.fullmatch(piece.text) or _is_signature(pieces, n))
        and not _has_body(pieces, n)
    }


def _is_signature(pieces: Sequence[Piece], number: int) -> bool:
    """A name right above a date or reading time: `Jane Roe`, and `March 3, 2024` on the next line."""
    after = pieces[number + 1].text if number + 1 < len(pieces) else ""
    return bool(NAME.fullmatch(pieces[number].text)) and is_short(after, 8) and bool(BYLINE.fullmatch(after))


def addresses(pieces: Sequence[Piece]) -> set[int]:
    """A line that is a link, a mail address or a telephone number, and nothing else."""
    return {n for n, piece in enumerate(pieces) if ADDRESS.fullmatch(piece.text)}


def authors(pieces: Sequence[Piece]) -> set[int]:
    """`About the author` and the paragraph on that person; where none is spoken of, it is a heading like others."""
    gone: set[int] = set()
    for n, piece in enumerate(pieces):
        if not AUTHOR.fullmatch(piece.text):
            continue
        after = pieces[n + 1] if n + 1 < len(pieces) else None
        if after is None or not _is_prose(after):
            gone.add(n)
        elif after.kind == "paragraph" and _is_brief(after, 90) and PERSON.match(after.text):
            gone |= {n, n + 1}
    return gone


def threads(pieces: Sequence[Piece]) -> set[int]:
    """`3 Comments` and all below it, where lines of a thread (`Otto says:`, `Reply`, a date with its hour) stand there.

    From pages scraped to text, in which what readers wrote looks like paragraphs of the article.
    """
    end = 1  # of what was looked at: a heading within it has no more of a thread under it
    for n, piece in enumerate(pieces):
        if n >= end and piece.kind != "item" and THREAD.fullmatch(piece.text):
            end = next((m for m in range(n + 1, len(pieces)) if _goes_on(pieces, m)), len(pieces))
            if sum(bool(VOICE.fullmatch(one.text)) for one in pieces[n:end]) >= 2:
                return set(range(n, end))
    return set()


def _goes_on(pieces: Sequence[Piece], number: int) -> bool:
    """A heading that the page marks as one, and that is none of the comments'."""
    piece = pieces[number]
    return piece.kind == "heading" and piece.said and not THREAD.fullmatch(piece.text) and _has_body(pieces, number)


def captions(pieces: Sequence[Piece]) -> set[int]:
    """A table of one cell that is no sentence: the frame of a picture that was taken out, and its caption."""
    return {
        n
        for n, piece in enumerate(pieces)
        if piece.kind == "table"
        and not re.search(r"[|\n]", piece.text)
        and not ended(piece.text)
        and is_short(piece.text)
    }


def link_lists(pieces: Sequence[Piece]) -> set[int]:
    """Links to sister pages, `DP Full Form | SP Full Form |`: a table or list whose cells begin or end alike."""
    gone: set[int] = set()
    for group in _groups(pieces):
        cells = [cell for n in group for cell in re.split(r"\s*[|\n]\s*", pieces[n].text) if cell]
        if len(cells) >= 4 and all(is_short(cell, 8) and not ended(cell) for cell in cells) and _alike(cells):
            gone |= set(group)
    return gone


def _groups(pieces: Sequence[Piece]) -> list[list[int]]:
    """Each table, and the items of each list."""
    lists: dict[object, list[int]] = {}
    for number, piece in enumerate(pieces):
        if piece.kind in {"table", "item"}:
            lists.setdefault(piece.list_id or ("table", number), []).append(number)
    return list(lists.values())


def _alike(cells: Sequence[str]) -> bool:
    """Four in five cells share their last or first two words and differ in the rest."""
    split_cells = [cell.lower().split() for cell in cells]
    for edge in (slice(-2, None), slice(None, 2)):
        edges = Counter(tuple(cell[edge]) for cell in split_cells if len(cell) > 2)
        if edges and edges.most_common(1)[0][1] >= 0.8 * len(cells):
            return True
    return False


def contents(pieces: Sequence[Piece]) -> set[int]:
    """A table of contents: a list whose items are, nearly all, headings of the same article."""
    headings = {_plain(piece.text) for piece in pieces if piece.kind == "heading"}
    gone: set[int] = set()
    for group in _groups(pieces):
        hits = [n for n in group if _plain(pieces[n].text) in headings]
        if len(group) >= 2 and len(hits) >= 0.8 * len(group):
            gone |= set(group)
    return gone


def _plain(text: str) -> str:
    return " ".join(words(re.sub(r"^\d+(?:\.\d+)*[.)]?\s+", "", text).lower()))


def said_twice(pieces: Sequence[Piece]) -> set[int]:
    """A heading that repeats the one right above it, as where a page shows its title twice."""
    return {
        n
        for n in range(1, len(pieces))
        if pieces[n].kind == "heading" and pieces[n - 1].kind == "heading" and pieces[n].text == pieces[n - 1].text
    }


RULES: tuple[tuple[str, Rule], ...] = (
    ("said twice", said_twice),
    ("contents", contents),
    ("comments", threads),
    ("link list", link_lists),
    ("side section", side_sections),
    ("interface", interface),
    ("invitation", invitations),
    ("sign-up", sign_ups),
    ("notice", notices),
    ("breadcrumbs", breadcrumbs),
    ("byline", bylines),
    ("about the author", authors),
    ("caption", captions),
    ("address", addresses),
)


def _emptied(pieces: Sequence[Piece], gone: dict[int, str]) -> set[int]:
    """Headings under which nothing is left: all that stood there was dropped, or the article ends (`References:`)."""
    empty: set[int] = set()
    first = next((number for number in range(len(pieces)) if number not in gone), -1)  # the title, whatever is beneath
    level, kept_below = 0, False  # of the nearest piece below that stays
    for number in range(len(pieces) - 1, -1, -1):
        piece = pieces[number]
        if number in gone:
            continue
        if piece.kind != "heading":
            level, kept_below = 0, True
            continue
        next_kept = level > piece.level or level == 0
        bereft = not kept_below or (not next_kept and number + 1 in (gone.keys() | empty))
        if bereft and number != first:
            empty.add(number)
        else:
            level, kept_below = piece.level, True
    return empty
