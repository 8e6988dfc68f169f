"""A small hand-written library for the tests of the web part: what it answers can be read here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cmo_qa.errors import CmoQaError, IndexMissingError
from cmo_qa.types import Answer, Block, Citation, Document, Retrieved, Statement, UnitKind

if TYPE_CHECKING:
    from collections.abc import Sequence


def document(name: str, title: str, lines: Sequence[tuple[str, str]], **metadata: object) -> Document:
    """A document from (kind, text) pairs; a kind is `h2`, `p`, `lead_in`, `- `, `1. `, `  - ` or `table`."""
    text, list_id = "", 0
    blocks: list[Block] = []
    for kind, said in lines:
        marker = kind if kind.endswith(" ") else ""
        text += f"{chr(10) if marker or not text else chr(10) * 2}{marker}" if text else marker
        start = len(text)
        text += said
        if kind == "lead_in" or (marker and (not blocks or blocks[-1].kind not in {"lead_in", "item"})):
            list_id += 1
        blocks.append(_block(kind, marker, start, len(text), list_id))
    return Document(name, title, text, f"library/{name}.md", tuple(blocks), metadata=metadata)


def _block(kind: str, marker: str, start: int, end: int, list_id: int) -> Block:
    if marker:
        return Block("item", start, end, level=(len(marker) - len(marker.lstrip())) // 2, list_id=list_id)
    if kind.startswith("h"):
        return Block("heading", start, end, level=int(kind[1:]))
    if kind == "table":
        return Block("table", start, end)
    return Block("lead_in", start, end, list_id=list_id) if kind == "lead_in" else Block("paragraph", start, end)


ROLE = (
    "Chief medical officers (CMOs) work in hospitals most often, but the role is not limited to them. "
    "Insurers, drug makers and public agencies appoint them too."
)
HOSPITAL = (
    "A hospital CMO focuses on three concerns within one hospital. Complex cases reach a hospital more often, "
    "so its CMO spends more time on them than a colleague elsewhere does."
)
CENTER = (
    "A health center CMO also answers for primary care and prevention. The people served often have few other "
    "places to go, which makes access a concern of the role and not only of the organization."
)
TABLE = (
    "| Hospital CMO | Health center CMO\n"
    "Goal | Good results in the hospital | Health of the community\n"
    "People | Patients with complex cases | Underserved communities"
)
SHARED = (
    "Quality of care, clinical outcomes & the efficiency of operations concern every CMO. A CMO in any setting is a "
    "physician who leads other physicians, and is answerable for what they do together.  Two spaces stay two."
)
WHERE = document(
    "where-cmos-work",
    "Where CMOs work",
    [
        ("h2", "Where do CMOs work?"),
        ("p", ROLE),
        ("lead_in", "The settings in which CMOs work are:"),
        ("- ", "Hospitals and healthcare systems."),
        ("- ", "Federally qualified health centers."),
        ("  - ", "Community clinics that belong to one."),
        ("- ", "Health insurance organizations & the agencies that watch them."),
        ("h2", "What does a hospital CMO focus on?"),
        ("p", HOSPITAL),
        ("h2", "What is different in a health center?"),
        ("p", CENTER),
        ("table", TABLE),
        ("h2", "How does the path into the role differ?"),
        ("lead_in", "Three steps come up in every setting:"),
        ("1. ", "Practice medicine for some years."),
        ("2. ", "Lead a department or a service line."),
        ("3. ", "Take part in decisions about money and people."),
        ("h2", "What stays the same everywhere?"),
        ("p", SHARED),
    ],
    summary="CMOs work in hospitals, health centers, companies, insurers and government; the settings compared.",
    updated="2026-11-22",
    sources=[
        {"name": "Key Management Staff", "publisher": "HRSA", "url": "https://bphc.hrsa.gov/compliance"},
        {"name": "What is CMO?", "publisher": "not stated in the copy we hold"},
        {"name": "A trap", "url": "javascript:alert(1)"},
    ],
)
PAY = document(
    "pay/of-a-cmo",
    "What a CMO is <paid>",
    [("p", 'The CMO reports to the chief executive. Pay depends on the organization, says "one" <survey>.')],
    summary="Pay, in <short>.",
)

LIBRARY = (WHERE, PAY)


def citation(number: int, of: Document, quote: str, *section: str) -> Citation:
    """A citation of a quote where it first stands in a document."""
    start = of.text.index(quote)
    return Citation(number, of.id, of.title, of.source, of.url, section, start, start + len(quote), quote)


def retrieved(of: Document, quote: str, *section: str) -> Retrieved:
    """A passage where it first stands in a document."""
    start = of.text.index(quote)
    return Retrieved(of.id, of.title, of.source, section, start, start + len(quote), quote, 0.4)


OPENING = "Chief medical officers (CMOs) work in hospitals most often, but the role is not limited to them."
LEAD_IN = "The settings in which CMOs work are:"
ITEMS = (
    "Hospitals and healthcare systems.",
    "Federally qualified health centers.",
    "Health insurance organizations & the agencies that watch them.",
)
REPORTS = "The CMO reports to the chief executive."
FOCUS = "A hospital CMO focuses on three concerns within one hospital."
FOCUS_SECTION = "What does a hospital CMO focus on?"
NEAR = retrieved(WHERE, HOSPITAL, FOCUS_SECTION)
SECTION = "Where do CMOs work?"
FOLLOW_UPS = ("What does a hospital CMO focus on?", "Who does the CMO report to?")


def where(question: str) -> Answer:
    """Sentence, lead-in and items, from two articles."""
    quotes = (OPENING, LEAD_IN, *ITEMS, REPORTS)
    kinds: tuple[UnitKind, ...] = ("sentence", "lead_in", "item", "item", "item", "sentence")
    sources = (WHERE,) * 5 + (PAY,)
    citations = tuple(
        citation(number, of, quote, *((SECTION,) if of is WHERE else ()))
        for number, (quote, of) in enumerate(zip(quotes, sources, strict=True), 1)
    )
    statements = tuple(Statement(each.quote, kind, (each.number,)) for each, kind in zip(citations, kinds, strict=True))
    return Answer("a1", question, question, "answered", 0.84, statements, citations, (NEAR,), FOLLOW_UPS)


def focus(question: str, history: Sequence[str]) -> Answer:
    """One sentence; `partial`, and read in the light of the question before where there is one."""
    cited = citation(1, WHERE, FOCUS, FOCUS_SECTION)
    understood = f"{question} (after: {history[-1]})" if history else question
    notice = "The library says which concerns there are, not how they are ranked."
    said = (Statement(FOCUS, "sentence", (1,)),)
    return Answer("a2", question, understood, "partial", 0.55, said, (cited,), (NEAR,), FOLLOW_UPS[1:], notice)


def nothing(question: str) -> Answer:
    """Not covered, with a near miss."""
    notice = "Nothing in the library is about this; it is about the role of the Chief Medical Officer."
    return Answer("a3", question, question, "not_covered", 0.03, (), (), (NEAR,), FOLLOW_UPS, notice)


@dataclass
class FakeKnowledge:
    """Answers by a word of the question: where, focus, break, closed; nothing else is covered."""

    generation: str = "g1"
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    manifest: dict[str, Any] = field(
        default_factory=lambda: {
            "counts": {"documents": 2, "passages": 9, "sentences": 17},
            "created": "2026-11-22T04:00:00Z",
            "model": {"name": "all-MiniLM-L6-v2"},
        }
    )

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        self.asked.append((question, tuple(history)))
        words = question.lower()
        if "break" in words:
            raise RuntimeError("secret detail")
        if "closed" in words:
            raise IndexMissingError("No index at /secret/place.\nBuild one.")
        if "where" in words:
            return where(question)
        return focus(question, history) if "focus" in words else nothing(question)

    def document(self, document_id: str) -> Document | None:
        return next((each for each in LIBRARY if each.id == document_id), None)

    def documents(self) -> Sequence[Document]:
        return LIBRARY

    def example_questions(self, count: int) -> Sequence[str]:
        return ("Where do CMOs work?", "What does a hospital CMO focus on?", "What is the boiling point of lead?")[
            :count
        ]


@dataclass
class FakeLive:
    """A live knowledge base that can be taken away."""

    knowledge: FakeKnowledge = field(default_factory=FakeKnowledge)
    trouble: CmoQaError | None = None

    def current(self) -> FakeKnowledge:
        if self.trouble:
            raise self.trouble
        return self.knowledge
