"""What those who run an instance report on it: referrals of a year, figures of a month, statements of reasons.

Made of what is kept and counted, without a text or a key of anybody. Nothing is sent anywhere.
"""
