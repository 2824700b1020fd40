"""From a writer's Markdown to HTML that is safe to show, and the words around it in the reader's language."""
