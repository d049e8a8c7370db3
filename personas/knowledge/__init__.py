"""What a persona can look up: its facts, and documents cut into pieces, each with its source and licence.

What is asked of the persona is answered from what was found, or the persona says that it does not know.
"""

from personas.knowledge.pieces import Document, Piece

__all__ = ["Document", "Piece"]
