"""What a web page says of itself: JSON-LD, Open Graph, Dublin Core and other meta elements, links. Nothing is guessed.

trafilatura's own metadata were tried and left: it makes an author of the `MD` behind a name and does not say where a
value is from; htmldate takes any date in the text for that of the page. extruct would bring RDF along for two formats.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import urljoin

from ingest.metadata import known

Element: TypeAlias = Any  # of lxml, which has no types
Facts: TypeAlias = dict[str, Any]

# Of each key the meta elements that say it, the surest first
_META: Mapping[str, tuple[str, ...]] = {
    "title": ("og:title", "citation_title", "dc.title", "dcterms.title", "twitter:title", "headline"),
    "author": ("citation_author", "article:author", "author", "dc.creator", "dcterms.creator", "parsely-author",
               "sailthru.author", "og:article:author", "byl"),
    "date": ("datepublished", "article:published_time", "citation_publication_date", "citation_date", "dcterms.issued",
             "dc.date.issued", "dc.date", "dcterms.date", "dcterms.created", "pubdate", "publish-date", "date"),
    "updated": ("datemodified", "article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified",
                "last-modified"),
    "language": ("content-language", "dc.language", "dcterms.language", "og:locale"),
    "url": ("og:url", "twitter:url", "citation_public_url", "dc.identifier"),
    "licence": ("dcterms.license", "dc.rights.license", "license", "dc.rights", "dcterms.rights"),
    "publisher": ("citation_publisher", "dc.publisher", "dcterms.publisher", "og:site_name", "publisher",
                  "application-name"),
    "summary": ("description", "og:description", "dc.description", "dcterms.abstract", "twitter:description"),
}  # fmt: skip
_SCHEMA: Mapping[str, tuple[str, ...]] = {
    "title": ("headline", "name"),
    "author": ("author", "creator"),
    "date": ("datePublished", "dateCreated"),
    "updated": ("dateModified",),
    "language": ("inLanguage",),
    "url": ("url", "mainEntityOfPage", "@id"),
    "licence": ("license",),
    "publisher": ("publisher",),
    "summary": ("description", "abstract"),
}
_ARTICLE = re.compile(r"(?:\w*Article|\w*BlogPosting|\w*Posting|Report|Guide)$")
_PAGE = re.compile(r"\w*Page$")
_SAVED = re.compile(r"(?:saved from url=\(\d+\)|url:)\s*(?P<url>https?://\S+)", re.IGNORECASE)
_LARGEST_SCRIPT = 1_000_000  # characters
_MOST_NODES = 2000


def facts(page: Element) -> tuple[Facts, dict[str, str]]:
    """What a page says of itself by key, and where it says each; call it before scripts are taken out."""
    said: Facts = {}
    origins: dict[str, str] = {}
    sources = (_markup(page), _schema(page), _meta(page), _weak(page))
    for key, value, origin in (one for source in sources for one in source):
        if key in said or value in ("", [], {}, None):
            continue
        usable = known({key: _absolute(page, value) if key == "url" else value}, origin).plain()
        if usable:
            said |= usable
            origins[key] = origin
    return said, origins


def _absolute(page: Element, address: Any) -> str:
    base = _first(page, "//base/@href") or _first(page, "//meta[@property='og:url']/@content")
    try:
        return urljoin(base, str(address)) if base.startswith(("http://", "https://")) else str(address)
    except ValueError:
        return str(address)


def _first(page: Element, path: str) -> str:
    return next((text for one in page.xpath(path) if (text := " ".join(str(one).split()))), "")


def _markup(page: Element) -> Iterator[tuple[str, Any, str]]:
    """What the markup itself says in the one place made for it."""
    yield "url", _first(page, "//link[@rel='canonical']/@href"), "canonical link"
    yield "licence", _first(page, "//link[@rel='license']/@href"), "licence link"
    yield "language", _first(page, "/html/@lang") or _first(page, "/html/@*[local-name()='lang']"), "html lang"


def _weak(page: Element) -> Iterator[tuple[str, Any, str]]:
    """What counts where nothing above says it."""
    yield "author", _first(page, "//*[@rel='author' or @itemprop='author'][not(self::meta)]//text()"), "author link"
    yield "date", _first(page, "//time[@itemprop='datePublished' or @pubdate]/@datetime"), "time element"
    yield "updated", _first(page, "//time[@itemprop='dateModified']/@datetime"), "time element"
    yield "date", _first(page, "//article//time/@datetime"), "time element"
    yield "licence", _footer_licence(page), "licence link"
    yield "url", _saved_from(page), "the browser that saved it"


def _saved_from(page: Element) -> str:
    """Browsers write the address of a page they save into a comment at its top."""
    comments = page.getroottree().xpath("/comment()|/html/comment()|/html/head/comment()")
    texts = [str(one.text or "")[:1000] for one in comments[:20]]
    return next((found["url"] for text in texts if (found := _SAVED.search(text))), "")


def _footer_licence(page: Element) -> str:
    links = page.xpath("//a[contains(concat(' ', @rel, ' '), ' license ')]/@href")
    links += page.xpath("//a[contains(@href, 'creativecommons.org/')]/@href")
    return str(links[0]) if links else ""


# Meta elements


def _meta(page: Element) -> Iterator[tuple[str, Any, str]]:
    content = _contents(page)
    for key, names in _META.items():
        for name in names:
            if found := content.get(name):
                if key == "author" and re.match(r"https?:|@", found[0]):
                    continue
                yield key, found if key == "author" else found[0], name


def _contents(page: Element) -> dict[str, list[str]]:
    """What each meta element says; Dublin Core is written with a point or a colon."""
    found: dict[str, list[str]] = {}
    for element in page.iter("meta"):
        text = " ".join((element.get("content") or "").split())
        for kind in ("name", "property", "itemprop", "http-equiv"):
            name = (element.get(kind) or "").strip().lower()
            if name and text:
                found.setdefault(re.sub(r"^(dc|dcterms):", r"\1.", name), []).append(text)
    return found


# JSON-LD


def _schema(page: Element) -> Iterator[tuple[str, Any, str]]:
    nodes = [node for script in page.xpath("//script[@type='application/ld+json']") for node in _nodes(script)]
    named = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    for wanted in (_ARTICLE, _PAGE):
        for node in nodes:
            kind = next((one for one in _types(node) if wanted.match(one)), "")
            if kind:
                yield from _of_node(node, kind, named)
                break


def _of_node(node: Mapping[str, Any], kind: str, named: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for key, names in _SCHEMA.items():
        for name in names:
            value = _resolved(node.get(name), named)
            if key == "url":
                value = _address_of(value)
            elif key == "language" and isinstance(value, Mapping):
                value = value.get("alternateName") or value.get("name")
            if value:
                yield key, value, f"JSON-LD {kind}.{name}"


def _address_of(value: Any) -> str:
    found = value.get("@id") or value.get("url") if isinstance(value, Mapping) else value
    return found.partition("#")[0] if isinstance(found, str) and found.startswith(("http://", "https://")) else ""


def _resolved(value: Any, named: Mapping[str, Any]) -> Any:
    """What a reference refers to: `{"@id": "#organization"}` is the organisation that the page describes elsewhere."""
    if isinstance(value, list):
        return [_resolved(one, named) for one in value[:50]]
    if isinstance(value, Mapping) and "@id" in value and "name" not in value:
        return named.get(str(value["@id"]), value)
    return value


def _types(node: Mapping[str, Any]) -> list[str]:
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return [str(one).rpartition("/")[2] for one in kinds if isinstance(one, str)]


def _nodes(script: Element) -> Iterator[Mapping[str, Any]]:
    """The things that a script describes: alone, in a list, in a graph, and the one that a page is mainly about."""
    text = (script.text or "").strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    if len(text) > _LARGEST_SCRIPT:
        return
    try:
        waiting = deque([json.loads(text, strict=False)])
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.popleft()
        if isinstance(node, list):
            waiting.extendleft(reversed(node[:_MOST_NODES]))
        elif isinstance(node, Mapping):
            yield node
            waiting.extendleft(node[name] for name in ("mainEntity", "@graph") if name in node)
