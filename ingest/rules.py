"""Every rule that drops, joins or recognises something, by name, with an example of what made it necessary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule does, and a piece of a page that it is for."""

    name: str
    what: str
    example: str


# What is dropped

DROPS: tuple[Rule, ...] = (
    # told by the markup of a page
    Rule("not shown", "What a page hides from its readers, folded answers excepted", '<div hidden>, class="sr-only"'),
    Rule("frame of the page", "Navigation, page header and footer, asides beside the article", "<nav><ul><li>Home"),
    Rule("form", "Search fields, sign-up and contact forms", "<form>Your name, Your message, Send</form>"),
    Rule("cookie notice", "What the page itself calls a cookie or consent box", 'class="cookie-banner"'),
    Rule("comments", "What readers wrote below an article", "3 Comments, Otto says: …, Reply"),
    Rule("related pages", "Teasers of other pages", 'class="related-posts"'),
    Rule("newsletter box", "Boxes that ask for an address", 'class="newsletter-signup"'),
    Rule("share bar", "Buttons of social networks", 'class="sharedaddy"'),
    Rule("author box", "Who wrote it, in a box of its own", 'class="author-bio"'),
    Rule("advertisement", "Advertisements and calls to act", 'class="adsbygoogle"'),
    Rule("sidebar", "Columns beside the article", 'id="sidebar"'),
    Rule("menu", "Menus, by their name or as rows of short lines at the top and foot", "Home, Careers, Search"),
    Rule("footer", "The foot of the page", 'class="site-footer"'),
    Rule("pager", "Links to the page before and after", 'class="pagination"'),
    Rule("feedback", "Was this helpful?", 'class="page-feedback"'),
    Rule("pop-up", "Boxes that lie over the page", 'class="modal"'),
    Rule("note mark", "Links between a text and its notes, or to a heading itself", "[1], ↩, [edit], #"),
    Rule("cards", "Boxes of a picture, a title and a link to another page", '<a class="card">Ten tips for …</a>'),
    Rule("links", "Lists of nothing but links to other pages", "<ul><li><a>Our services</a>"),
    Rule("above the title", "What is no prose above the one title of a page", "Ward House Journal, Issue 4"),
    Rule("below the article", "What is no prose behind the place where the article was found", "Back, Print, Top"),
    Rule("beside the article", "All other text of the page", "Today's weather"),
    # told by how a line is worded, whatever the format
    Rule("said twice", "A heading that repeats the one right above it", "a page's title, shown in its head and again"),
    Rule("contents", "A table of contents: a list of the article's own headings", "1. Pay 2. Care, above Pay and Care"),
    Rule("link list", "Links to sister pages, whose words begin or end alike", "DP Full Form | SP Full Form |"),
    Rule("side section", "A heading such as this and the short lines under it", "Related posts"),
    Rule("interface", "Buttons, menus and labels of the page", "Post a Comment, Share this article, 5 min read"),
    Rule("invitation", "A line that sends the reader elsewhere", "Get more insights on …, Click here to …"),
    Rule("sign-up", "One or two sentences that ask for a subscription", "Subscribe and get news in your inbox."),
    Rule("notice", "Copyright lines, cookie banners, notes to the browser", "© 2024 … All rights reserved."),
    Rule("breadcrumbs", "The way to the page", "Home > Blog > What is a CMO"),
    Rule("byline", "Who wrote it and when, and dates that stand alone", "By Jane Roe | March 3, 2024 | 5 min read"),
    Rule("about the author", "A heading such as this and the paragraph on that person", "About the author"),
    Rule("caption", "A table of one cell that is no sentence: the frame of a picture", "| Photo of a ward |"),
    Rule("address", "A line that is a link, mail address or telephone number alone", "https://…, info@…"),
    Rule("image", "Pictures in Markdown, and a table that only frames one", "![A ward](ward.png)"),
    Rule("nothing beneath", "A heading under which nothing is left", "References:"),
    Rule("answer mark", "The mark before an answer", "A:"),
    # of paged documents
    Rule("running header", "A row at the head of several pages", "Annual report 2024"),
    Rule("running footer", "A row at the foot of several pages", "Ward House, internal"),
    Rule("page number", "The number of a page", "Page 3 of 10, – 3 –"),
    Rule("turned text", "Text across the direction of its page", "a stamp in the margin"),
)

# What is joined or recognised, in the order of the steps

STEPS: tuple[Rule, ...] = (
    Rule(
        "joined lines", "Lines that a width or a link broke apart are one again", "… walks from bed to bed with↵those"
    ),
    Rule("answers to their questions", "Answers that stand in one run go back to their questions", "folded FAQs"),
    Rule("inline bullets", "Bullets within a line are a list", "Skills include: • Tact • Patience"),
    Rule("labelled items", "Paragraphs that each begin with a label are a list", "Care Plans: They guide all."),
    Rule("question headings", "A question above its answer is a heading", "Who leads a ward?"),
    Rule("question levels", "The questions of a FAQ are of one level", "some marked as headings, some as buttons"),
    Rule("question series", "What follows the last of numbered questions is not its answer", "Question 6: … Next"),
    Rule("lead ins", "The line that announces a list belongs to it", "A chief needs these skills:"),
)

_BY_NAME = {rule.name: rule for rule in (*DROPS, *STEPS)}


def about(name: str) -> Rule:
    """The rule of that name; one that nothing is told of has its name alone."""
    return _BY_NAME.get(name, Rule(name, "", ""))
