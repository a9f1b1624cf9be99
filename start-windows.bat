@echo off
rem Double-click: makes the environment of the course, once, and opens the course.
pushd "%~dp0"
if not exist start.py (
  echo Unpack the whole folder first, then double-click this file inside it.
  goto end
)
for %%V in (3.13 3.12 3.11) do (
  py -%%V -c "" >nul 2>nul && (
    py -%%V start.py %*
    goto end
  )
)
python -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" >nul 2>nul && (
  python start.py %*
  goto end
)
echo The course needs Python 3.11, 3.12 or 3.13, and none was found.
echo Install one from python.org, and double-click this file again.
:end
pause
