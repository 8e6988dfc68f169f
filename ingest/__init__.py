"""From articles to an index: read, clean, chunk, embed, write."""
