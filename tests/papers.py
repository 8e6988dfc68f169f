"""PDFs as people have them, made here: one and two columns, running heads, hyphens, lists, tables, footnotes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    ListFlowable,
    ListItem,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

SENTENCES = (
    "The chief medical officer answers for the quality of care in every ward of the house.",
    "She speaks with the board each month, and brings the figures of the weeks before.",
    "Nurses, pharmacists and doctors report near misses to her without fear of blame.",
    "A good programme of vaccination protects the staff as well as those whom they care for.",
    "Budgets are drawn up together with the finance department, long before the year begins.",
    "Credentials of new physicians are checked against the register and renewed every two years.",
    "When a complaint reaches the hospital, her office replies to the family within ten days.",
    "Research is welcome where it serves patients and where the ethics committee has agreed.",
    "Telemedicine has shortened the way for people in the valleys, above all in winter.",
    "Audits are published inside the house, so that each department may learn from the others.",
)
STYLES = getSampleStyleSheet()
BODY = ParagraphStyle("body", parent=STYLES["BodyText"], fontName="Times-Roman", fontSize=10.5, leading=13, alignment=4)
HEADING = ParagraphStyle("heading", parent=STYLES["Heading2"], fontName="Helvetica-Bold", fontSize=14, leading=17)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=9.5)
TITLE = ParagraphStyle("title", parent=STYLES["Title"], fontSize=20, leading=24)
GRID = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("FONTSIZE", (0, 0), (-1, -1), 10)]


def prose(turn: int, count: int = 5) -> str:
    """So many sentences, other ones each turn, each with its turn's number in it."""
    chosen = [SENTENCES[(turn * 3 + at) % len(SENTENCES)] for at in range(count)]
    return " ".join(f"In case {turn}-{at}, {one[0].lower()}{one[1:]}" for at, one in enumerate(chosen))


def title(text: str) -> Paragraph:
    return Paragraph(text, TITLE)


def body(text: str) -> Paragraph:
    return Paragraph(text, BODY)


def heading(text: str) -> Paragraph:
    return Paragraph(text, HEADING)


def bold(text: str) -> Paragraph:
    return Paragraph(text, ParagraphStyle("bold", parent=BODY, fontName="Times-Bold"))


def bullets(*items: Any, ordered: bool = False) -> ListFlowable:
    rows = [ListItem([body(one)] if isinstance(one, str) else [body(one[0]), one[1]]) for one in items]
    look = {"bulletType": "1", "bulletFormat": "%s."} if ordered else {"bulletType": "bullet", "start": "•"}
    return ListFlowable(rows, leftIndent=18, **look)


def table(
    rows: Sequence[Sequence[str]], *, ruled: bool = True, widths: Sequence[float] | None = None, repeat: int = 0
) -> Table:
    cells = [[Paragraph(cell, BODY) if len(cell) > 30 else cell for cell in row] for row in rows]
    return Table(cells, style=TableStyle(GRID if ruled else []), colWidths=widths, repeatRows=repeat)


def paper(
    story: Sequence[Any],
    *,
    columns: int = 1,
    header: str = "",
    footer: str = "",
    footnotes: Sequence[str] = (),
    across: str = "",
    **facts: Any,
) -> bytes:
    """The PDF of a story; `{page}` in header and footer is the page's number; a footnote a page, at its foot.

    A title `across` the columns stands above them on the first page.
    """

    def furnish(canvas: Canvas, template: BaseDocTemplate) -> None:
        page = canvas.getPageNumber()
        canvas.setFont("Helvetica", 8)
        canvas.drawString(2 * cm, A4[1] - 1.2 * cm, header.format(page=page))
        canvas.drawCentredString(A4[0] / 2, 1.1 * cm, footer.format(page=page))
        if across and page == 1:
            above = title(across)
            _, height = above.wrap(A4[0] - 4 * cm, 4 * cm)
            above.drawOn(canvas, 2 * cm, A4[1] - 2 * cm - height)
        if page <= len(footnotes):
            note = Paragraph(footnotes[page - 1], SMALL)
            _, height = note.wrap(A4[0] - 4 * cm, 3 * cm)
            note.drawOn(canvas, 2 * cm, 2 * cm)
            canvas.line(2 * cm, 2.3 * cm + height, 7 * cm, 2.3 * cm + height)

    target = io.BytesIO()
    gap = 0.8 * cm
    width = (A4[0] - 4 * cm - gap * (columns - 1)) / columns
    frames = [
        Frame(
            2 * cm + at * (width + gap),
            3.4 * cm,
            width,
            A4[1] - (8 if across else 5.6) * cm,
            leftPadding=0,
            rightPadding=0,
        )
        for at in range(columns)
    ]
    template = BaseDocTemplate(target, pagesize=A4, invariant=1, **facts)
    template.addPageTemplates([PageTemplate(frames=frames, onPage=furnish)])
    template.build(list(story))
    return target.getvalue()


def locked(password: str) -> bytes:
    return paper([body(prose(1))], encrypt=StandardEncryption(password, ownerPassword="owner"))


def drawn(lines: Sequence[tuple[float, float, str]], dots: Sequence[tuple[float, float]] = ()) -> bytes:
    """Lines set at places of one page, from its lower left corner, and dots as browsers draw bullets."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 11)
    for x, y, text in lines:
        canvas.drawString(x, y, text)
    for x, y in dots:
        canvas.circle(x, y, 2, fill=1, stroke=0)
    canvas.save()
    return target.getvalue()


def pictures_only() -> bytes:
    """A scan: a page with a picture and no letter."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    canvas.rect(50, 50, 300, 400, fill=1)
    canvas.save()
    return target.getvalue()


SPACE = Spacer(1, 8)


def watermarked(text: str, mark: str) -> bytes:
    """A page with a word set aslant across it."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    paragraph = body(text)
    paragraph.wrap(A4[0] - 4 * cm, 10 * cm)
    paragraph.drawOn(canvas, 2 * cm, 15 * cm)
    canvas.rotate(45)
    canvas.setFont("Helvetica", 60)
    canvas.drawString(200, 100, mark)
    canvas.save()
    return target.getvalue()
