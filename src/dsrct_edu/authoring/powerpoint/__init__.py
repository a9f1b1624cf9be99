"""Writes slides as PowerPoint files, from the slides that the HTML decks are made of.

Real titles, text, tables and notes, so that a lecturer goes on from there. `deck` arranges blocks
on slides, `writing` turns their words into paragraphs, `drawing` draws dials and lines as shapes,
and `template` is the empty file: its size, colours and typeface, and bytes that never differ.
"""
