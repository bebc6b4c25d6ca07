#!/bin/sh
# Chromium for the browser tests: the one that is there, else Debian's, else Playwright's own.
# usage: install_chromium.sh PLAYWRIGHT
set -eu
playwright=$1

if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get -qq update
    if DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium; then
        exit 0
    fi
fi
exec "$playwright" install chromium
