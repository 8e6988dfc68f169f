"""Cited answers about the Chief Medical Officer, quoted from a library of articles.

>>> KnowledgeBase.open("index").ask("What does a CMO do?")  # doctest: +SKIP
"""

from cmo_qa.knowledge import KnowledgeBase, LiveKnowledgeBase
from cmo_qa.types import Answer, Citation, Document, Passage, Statement

__all__ = ["Answer", "Citation", "Document", "KnowledgeBase", "LiveKnowledgeBase", "Passage", "Statement"]
