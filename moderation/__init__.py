"""JUDGE a candidate, keep what was flagged, let people review it. Imports nothing of ours."""
