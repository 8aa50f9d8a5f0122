#!/bin/sh
# Makes the virtual environment with the first Python that is new enough and able to, or says in
# plain words what to install. Usage: tools/make_venv.sh FOLDER
set -eu

folder=$1
new_enough=
for candidate in ${PYTHON:-} python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    new_enough=${new_enough:-$candidate}
    # Debian splits these two off into a package of their own.
    "$candidate" -c 'import ensurepip, venv' 2>/dev/null || continue
    echo "making $folder with $("$candidate" --version)"
    exec "$candidate" -m venv --clear "$folder"
done

if [ -n "$new_enough" ]; then
    version=$("$new_enough" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "Python $version is here, but it cannot make virtual environments (no ensurepip)." >&2
    echo "On Debian or Ubuntu:  apt install python$version-venv" >&2
else
    echo "Hemicycle needs Python 3.11 or newer, and none was found." >&2
    echo "On Debian or Ubuntu:  apt install python3 python3-venv" >&2
    echo "If it lives elsewhere:  make demo PYTHON=/path/to/python3" >&2
fi
exit 1
