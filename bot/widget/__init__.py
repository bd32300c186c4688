"""The chat as a custom element for web pages."""
