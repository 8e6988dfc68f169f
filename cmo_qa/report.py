"""The report of an evaluation: one HTML file that needs nothing else, with its plots drawn as SVG."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Sequence

from cmo_qa import evaluate
from cmo_qa.evaluate import Outcome

STYLE = """
:root { color-scheme: light dark; --ink: #1d2b2a; --paper: #fbfaf6; --line: #cfd6d2; --mark: #0f6b66; --warn: #a4441c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebe8; --paper: #14201f; --line: #3a4a48; --mark: #6cc4bd; --warn: #f0a27f; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
h1, h2 { font-family: Georgia, serif; font-weight: 600; line-height: 1.2; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; } figcaption { font-size: .9rem; }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font: 11px system-ui, sans-serif; }
.axis { stroke: var(--line); fill: none; } .curve { stroke: var(--mark); fill: none; stroke-width: 2; }
.even { stroke: var(--line); stroke-dasharray: 4 4; } .dot { fill: var(--mark); } .bar { fill: var(--mark); }
.wrong { border-left: 4px solid var(--warn); padding: .1rem 0 .1rem 1rem; margin: 1.2rem 0; }
.wrong p { margin: .3rem 0; } blockquote { margin: .3rem 0; padding-left: 1rem; border-left: 2px solid var(--line); }
small { opacity: .8; }
"""
SIDE = 260  # of a plot's square, in its own units
EDGE = 34  # around it, for labels


def rendered(found: Sequence[Outcome], title: str) -> str:
    """The whole report."""
    return "\n".join(_parts(found, title)) + "\n"


def _parts(found: Sequence[Outcome], title: str) -> Iterator[str]:
    name = html.escape(title)
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
    yield f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
    answerable = sum(one.gold.answerable for one in found)
    yield f"<h1>{name}</h1><p>{len(found)} questions, {answerable} of them answerable.</p>"
    yield _figures(found)
    yield '<h2>Knowing when not to answer</h2><div class="plots">'
    yield _abstention(found)
    yield _reliability(found)
    yield "</div><h2>By type of question</h2>"
    yield _types(found)
    wrong = evaluate.worst(found)
    yield f"<h2>What went wrong ({len(wrong)} questions)</h2>"
    yield from map(_case, wrong)
    yield "</body></html>"


def _figures(found: Sequence[Outcome]) -> str:
    rows = [(name, number(value)) for name, value in evaluate.figures(found).items()]
    return _table(("figure", "value"), rows)


def number(value: float) -> str:
    """A figure as a person reads it: counts whole, shares to three places, a dash where there is none."""
    if math.isnan(value):
        return "–"
    return f"{value:.0f}" if value > 1 else f"{value:.3f}"


def _types(found: Sequence[Outcome]) -> str:
    names = (
        "evidence within 50 words",
        "evidence within 100 words",
        "key points said",
        "answerable refused",
        "unanswerable refused",
    )
    rows = []
    for kind, some in evaluate.by_type(found).items():
        measured = evaluate.figures(some)
        rows.append((kind, str(len(some)), *(number(measured[name]) for name in names)))
    return _table(("type", "questions", *names), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def cells(values: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=number' if at else ''}>{html.escape(value)}</{tag}>" for at, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def _abstention(found: Sequence[Outcome]) -> str:
    points = evaluate.abstention_curve(found)
    shipped = evaluate.figures(found)
    here = shipped["answerable refused"], shipped["unanswerable refused"]
    drawn = _line(points) + (_dot(*here) if not math.isnan(sum(here)) else "")
    return _plot(
        drawn, "answerable, refused", "unanswerable, refused", "Every threshold; the dot is the one that ships."
    )


def _reliability(found: Sequence[Outcome]) -> str:
    even = f'<line class="even" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
    dots = "".join(_dot(confidence, right) for confidence, right, _ in evaluate.reliability(found))
    return _plot(even + dots, "confidence shown", "share that was right", "Answers shown, in fifths by confidence.")


def _plot(drawn: str, across: str, up: str, caption: str) -> str:
    size = SIDE + 2 * EDGE
    frame = f'<rect class="axis" x="{EDGE}" y="{EDGE}" width="{SIDE}" height="{SIDE}"/>'
    labels = "".join(
        f'<text x="{_x(at)}" y="{_y(0) + 14}" text-anchor="middle">{at:g}</text>'
        f'<text x="{EDGE - 5}" y="{_y(at) + 4}" text-anchor="end">{at:g}</text>'
        for at in (0, 0.5, 1)
    )
    names = (
        f'<text x="{_x(0.5)}" y="{size - 4}" text-anchor="middle">{across}</text>'
        f'<text x="{EDGE}" y="{EDGE - 10}">{up}</text>'
    )
    label = html.escape(caption)
    picture = f'<svg viewBox="0 0 {size} {size}" role="img" aria-label="{label}">{frame}{labels}{names}{drawn}</svg>'
    return f"<figure>{picture}<figcaption>{label}</figcaption></figure>"


def _line(points: Sequence[tuple[float, float]]) -> str:
    places = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points if not math.isnan(x + y))
    return f'<polyline class="curve" points="{places}"/>'


def _dot(x: float, y: float) -> str:
    return f'<circle class="dot" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="5"/>'


def _x(value: float) -> float:
    return EDGE + value * SIDE


def _y(value: float) -> float:
    return EDGE + (1 - value) * SIDE


def _case(one: Outcome) -> str:
    answer = one.answer
    history = "".join(f"<p><small>before: {html.escape(question)}</small></p>" for question in one.gold.history)
    read_as = f"<p><small>read as: {html.escape(answer.understood_as)}</small></p>"
    said = "".join(f"<p>{html.escape(statement.text)}</p>" for statement in answer.statements) or "<p>(refused)</p>"
    wanted = "".join(f"<blockquote>{html.escape(text)}</blockquote>" for text in one.gold.evidence)
    facts = f"{one.gold.id} · {one.gold.type} · confidence {answer.confidence:.2f} · evidence after {_after(one)}"
    return (
        f'<section class="wrong">{history}<p><strong>{html.escape(one.gold.question)}</strong></p>'
        f"{read_as if answer.understood_as != one.gold.question else ''}<p><small>{html.escape(facts)}</small></p>"
        f"<p>Said:</p>{said}<p>{'Wanted:' if wanted else 'Wanted: a refusal.'}</p>{wanted}</section>"
    )


def _after(one: Outcome) -> str:
    if not one.gold.answerable:
        return "–"
    return "never" if one.read >= evaluate.NEVER else f"{one.read} words"
