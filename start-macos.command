#!/bin/bash
# Double-click: makes the environment of the course, once, and opens the course.
cd "$(dirname "$0")" || exit 1
PATH=$PATH:/usr/local/bin:/opt/homebrew/bin
for python in python3.13 python3.12 python3.11 python3; do
  if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    exec "$python" start.py "$@"
  fi
done
echo "The course needs Python 3.11, 3.12 or 3.13, and none was found."
echo "Install one from python.org, and double-click this file again."
exit 1
