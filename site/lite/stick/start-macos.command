#!/bin/sh
cd "$(dirname "$0")" || exit 1
if command -v python3 >/dev/null; then exec python3 serve.py "$@"; fi
echo "The notebooks need Python 3.8 or later, from python.org, to be handed to your browser."
