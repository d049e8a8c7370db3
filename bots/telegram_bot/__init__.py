"""Personas on Telegram."""
