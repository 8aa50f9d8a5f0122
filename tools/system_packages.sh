#!/bin/sh
# Installs what the tests need from the system's packages, where that is allowed; elsewhere it
# names what is missing and goes on, and the tests that need it are skipped by name.
set -u

missing=
want() {
    missing="$missing $1"
}

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root="sudo -n"
    $as_root true 2>/dev/null || as_root=no
fi

# Chromium without windows opens a page for half the processor time; not every system has it.
shell=chromium-headless-shell
is_packaged() {
    command -v apt-cache >/dev/null && apt-cache show "$1" >/dev/null 2>&1
}

if ! command -v $shell >/dev/null; then
    if [ "$as_root" != no ] && is_packaged $shell; then
        want $shell
    else
        command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
            command -v google-chrome >/dev/null || want chromium
    fi
fi
command -v redis-server >/dev/null || want redis-server
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
    want postgresql
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || want nginx
command -v openssl >/dev/null || want openssl

[ -n "$missing" ] || exit 0

if [ "$as_root" = no ] || ! command -v apt-get >/dev/null; then
    echo "not installed, and not mine to install:$missing"
    echo "the tests that need them will be skipped; on Debian or Ubuntu: apt install$missing"
    exit 0
fi

# The tests start their own servers; the packages' services would only take ports and memory.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
fi

echo "installing for the tests:$missing"
log=$(mktemp)
apt_get() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o Acquire::Retries=0 -o Acquire::http::Timeout=20 "$@" </dev/null >>"$log" 2>&1
}
update_and_install() {
    apt_get update || return
    # Before the lists were read, nobody could know of it.
    if is_packaged $shell; then
        missing=$(echo "$missing" | sed "s/chromium\$/$shell/; s/chromium /$shell /")
    fi
    # shellcheck disable=SC2086  # the names are meant to be split
    apt_get install --no-install-recommends $missing
}
if update_and_install; then
    rm -f "$log"
else
    echo "could not install all of$missing; tests that find no other will be skipped"
    tail -n 15 "$log"
    echo "the whole log: $log"
fi
exit 0
