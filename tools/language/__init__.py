"""The texts of the course, apart from its code: what a translator would need, and what is left.

``python -m tools.language extract`` writes a catalogue, ``apply`` a copy of the checkout in another
language, ``pseudo`` builds lessons in a made-up one and lists what it did not reach. See
``docs/translating.md``.
"""
