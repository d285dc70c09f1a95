#!/bin/sh
# The browser tests drive Debian's Chromium: installs it when it is missing and that is possible, else says how.
[ -x /usr/bin/chromium ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing Chromium for the browser tests …'
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
  exit
fi
echo 'The browser tests need /usr/bin/chromium: install it with "sudo apt-get install chromium".' >&2
exit 1
