#!/bin/sh
# Writes a backup without keys to a folder and keeps the newest 14: backup.sh FOLDER
# Reads HEMICYCLE_DATABASE_URL. A password for PostgreSQL belongs into ~/.pgpass, not into the
# address, where the list of processes would show it.
set -eu

folder=$1
kept=14
name=$folder/hemicycle-$(date -u +%Y-%m-%dT%H%M%SZ)
umask 077
case ${HEMICYCLE_DATABASE_URL:-} in
postgresql*)
    address=postgresql:${HEMICYCLE_DATABASE_URL#*:}
    file=$name.dump
    pg_dump --format=custom --exclude-table-data=hashing_key \
        --exclude-table-data=instance_setting --file="$file.unfinished" "$address"
    mv "$file.unfinished" "$file"
    ;;
*)
    file=$name.db
    hemicycle backup "$file"
    ;;
esac
# Names have no blanks, and the newest come first.
# shellcheck disable=SC2012
ls -1 "$folder"/hemicycle-*.db "$folder"/hemicycle-*.dump 2>/dev/null |
    sort -r | tail -n +$((kept + 1)) | while read -r old; do rm -f "$old"; done
echo "$file"
