#!/bin/sh
# Firefox for the browser tests, and a sound server to be its microphone: those that are there, else
# Debian's. Elsewhere nothing is installed, and the tests in Firefox say what they miss.
set -eu

for program in firefox-esr pulseaudio paplay; do
    command -v "$program" >/dev/null 2>&1 || missing=yes
done
if [ -z "${missing-}" ]; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        firefox-esr pulseaudio pulseaudio-utils && exit 0
fi
echo 'there is no firefox-esr with pulseaudio: the page is not tested in Firefox'
