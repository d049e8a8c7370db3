"""CARRY a message from a platform to a persona, and the reply back."""
