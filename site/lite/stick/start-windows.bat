@echo off
cd /d "%~dp0"
where py >nul 2>nul && (py serve.py %* & goto end)
where python >nul 2>nul && (python serve.py %* & goto end)
echo The notebooks need Python 3.8 or later, from python.org, to be handed to your browser.
:end
pause
