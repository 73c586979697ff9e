"""Consultation rounds by note verbale (A/70/115, para. 60): a text and questions to addressees until a day, their replies, what they come to."""
