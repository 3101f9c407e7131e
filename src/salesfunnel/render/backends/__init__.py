"""From the document model to text, HTML and SVG."""
