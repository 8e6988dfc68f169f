"""Sentence boundaries: hard cases in our own words, and what holds for any text."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import split

CASES = [
    # titles and names
    ["Dr. Patel runs the ward.", "Mrs. Jones does not."],
    ["The post went to Prof. Ruth Adler of Bonn.", "She starts in May."],
    ["We met J. Smith and A. B. Cole.", "Both are surgeons."],
    ["Ask Gov. Lee or Sen. Ray about it."],
    ["Care at St. Mary's is free.", "Few know."],
    ["Sam Poe Jr. chairs the board.", "His term ends soon."],
    ["Jane Roe, M.D., leads the team.", "She is kind."],
    ["He holds an M.D. and a Ph.D. from Yale."],
    ["She earned her Ph.D.", "She then moved north."],
    ["A nurse with an R.N. or a B.S.N. may apply."],
    ["Call Lt. Col. Harris first.", "Then call us."],
    # places and acronyms with stops
    ["We staff clinics across the U.S. and see a gap."],
    ["Few physicians lead hospitals in the U.S.", "The share is small."],
    ["The U.S. Department of Health wrote it.", "It is long."],
    ["Rules differ in the U.K. and the E.U. as well."],
    ["He moved to Washington, D.C.", "In 2010 he left."],
    # Latin and other abbreviations
    ["Leaders, e.g. the CMO, sign it.", "So it goes."],
    ["The chief, i.e. Dr. Wu, agreed."],
    ["Use tools (e.g., audits) every month.", "Report them."],
    ["Compare hospital vs. clinic roles.", "They differ."],
    ["Lee et al. found a drop of 4 percent.", "Others saw none."],
    ["As Lee et al. (2019) wrote, it works."],
    ["Plans, budgets, etc. are shared.", "All may see them."],
    ["They plan rounds, audits, etc.", "Hospitals then approve them."],
    ["It took approx. 5 weeks to hire."],
    ["The fee is est. at ten dollars."],
    ["Cf. the annex for details.", "It is short."],
    # firms
    ["Acme Inc. runs it.", "Nobody minds."],
    ["She works for Health Co. Ltd. in Leeds."],
    ["The owner is Acme Corp.", "The seat is in Ohio."],
    # numbers, references, the law
    ["See No. 5 of the list.", "It matters."],
    ["The answer was no.", "The board agreed."],
    ["See Fig. 2 and Table 3.", "Both are new."],
    ["The duty is in 42 CFR 482.22.", "Read it."],
    ["Under Sec. 3 the board decides.", "Its word is final."],
    ["Look at pp. 12 and vol. 4 of it."],
    ["Rates fell by 4.5 points to 3.2 percent.", "Good."],
    ["It costs $1.5 million.", "That is much."],
    ["It ended in 2023.", "The next began in 2024."],
    ["Version 2.0 came out.", "3 people noticed."],
    ["1. Hire a chief.", "2. Train the chief."],
    ["Rounds start at 7 a.m. and end at 9 p.m. daily."],
    ["The clinic opens at 8 a.m.", "Visitors may come later."],
    ["It closed on Jan. 5 for good.", "Pity."],
    ["We meet at 3 p.m. Monday to talk."],
    # stops of other kinds
    ["Is it hard?", "Yes, it is!", "Why?"],
    ["Really?!", "I had no idea."],
    ["Wait... there is more to say."],
    ["He paused…", "Then he spoke."],
    ["They waited...", "Nobody came."],
    # quotes and brackets
    ["“We lead.”", "That was all he said."],
    ['"Is it done?" she asked.', "It was."],
    ["She said “stop.”", "Then she left."],
    ["(It is a long story.)", "Here it is."],
    ["The plan (see below) works.", "Use it."],
    ["He left (for good).", "She stayed."],
    ["Infections fell.[3]", "Costs did too.[4][5]"],
    ["The “time out” helps.", "So do lists."],
    # colons and labels
    ["Quality: The chief reviews charts.", "This takes time."],
    ["Tip 1: Learn Widely: Many wards teach more than one.", "Rotate."],
    # lower case and symbols
    ["Our partners agree.", "iCare offers a way out."],
    ["Many firms failed.", "acme solutions did not."],
    ["Profit rose.", "$5 million was spent."],
    ["See www.example.org for more.", "It is free."],
    ["Write to a.b@example.org.", "We answer."],
    ["Use Node.js or ASP.NET for it."],
    ["Vitamin C.", "It helps some."],
    ["This was Plan B.", "The next was Plan C."],
    ["The CMO.", "The CEO.", "The COO."],
    ["He spoke of the dept. head and the asst. chief."],
    ["At Univ. of Ohio she taught ethics.", "It was new."],
    ["Contact ext. 12 or tel. 555 now."],
]

OTHER_SPACE = [  # what stands between is not one space
    ("It is gone.What remains is small.", ["It is gone.", "What remains is small."]),
    ("Is it gone?What remains is small.", ["Is it gone?", "What remains is small."]),
    ("One thing.\n\nAnother thing", ["One thing.", "Another thing"]),
    ("A line that ends\nin the next. Yes.", ["A line that ends\nin the next.", "Yes."]),
    ("", []),
    ("   \n ", []),
    ("No stop at all", ["No stop at all"]),
    ("  Space around.  ", ["Space around."]),
    ("它很好。它很快！", ["它很好。", "它很快！"]),
]


@pytest.mark.parametrize("sentences", CASES, ids=lambda sentences: sentences[0][:40])
def test_sentences_end_where_a_reader_ends_them(sentences: list[str]) -> None:
    assert parts(" ".join(sentences)) == sentences


@pytest.mark.parametrize(("text", "sentences"), OTHER_SPACE)
def test_what_stands_between_sentences_may_be_anything(text: str, sentences: list[str]) -> None:
    assert parts(text) == sentences


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


PROSE = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "Dr.",
                "U.S.",
                "e.g.",
                "etc.",
                "No.",
                "5",
                "4.5",
                "The",
                "care.",
                "(see",
                "below).",
                "“Yes.”",
                "?!",
                "...",
                "1.",
            ]
        ),
        st.text(max_size=6),
    ),
    max_size=30,
).map(" ".join)


@given(PROSE | st.text())
def test_spans_are_in_order_and_cover_all_but_space(text: str) -> None:
    spans = split(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert "".join("".join(part.split()) for part in parts(text)) == "".join(text.split())
    assert all(part == part.strip() for part in parts(text))


@given(PROSE | st.text())
def test_a_sentence_is_one_sentence(text: str) -> None:
    assert all(split(part) == [(0, len(part))] for part in parts(text))


def test_a_long_text_takes_no_time() -> None:
    text = " ".join(" ".join(case) for case in CASES) * 200
    start = time.perf_counter()
    split(text)
    assert len(text) / (time.perf_counter() - start) > 1_000_000  # characters a second; some 15 million on two cores
