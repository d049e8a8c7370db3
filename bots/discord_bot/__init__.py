"""Discord as a platform: lifecycle, translation, how replies and cards look there. Nothing else of Talchum knows it."""
