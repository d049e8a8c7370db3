"""The terminal: the embedded default, the demonstration, the flow tests."""
