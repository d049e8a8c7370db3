"""SPEAK: draft in character, have it judged, answer, repair or deflect. Imports `moderation` only."""
