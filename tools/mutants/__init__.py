"""Mutation testing: plant one small fault at a time, and see whether a test notices."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
