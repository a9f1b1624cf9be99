"""Builds the editions of the course, its cohorts, its gallery and its model card."""

import sys

# nbformat asks jsonschema, which would parse the whole grammar of internationalised addresses at
# import: half of a warm build, for a format that no notebook uses. None makes its import fail,
# which jsonschema allows for.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[assignment]
