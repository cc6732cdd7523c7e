#!/bin/bash
# Entry point of the MySQL image: prepares an empty data directory once, then becomes mysqld.
# It keeps the parts of the official image's contract that containers/README.md lists.
set -euo pipefail
shopt -s nullglob

readonly datadir=/var/lib/mysql
readonly rundir=/var/run/mysqld
readonly socket=$rundir/mysqld.sock

# Exists from before the first byte of an initialisation until after its last one. The leading dot matters:
# `mysqld --initialize` accepts a directory that holds nothing but hidden files.
readonly unfinished=$datadir/.initialisation-unfinished

log() { printf '%s [entrypoint] %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >&2; }
fail() { log "ERROR: $*"; exit 1; }

# MYSQL_X may come from the file that MYSQL_X_FILE names, so that a secret need not be in the environment.
read_secret() {
    local file_name="${1}_FILE"
    [[ -n ${!file_name:-} ]] || return 0
    [[ -z ${!1:-} ]] || fail "$1 and $file_name are both set: give one of them."
    [[ -r ${!file_name} ]] || fail "$file_name names ${!file_name}, which uid $(id -u) cannot read."
    printf -v "$1" '%s' "$(<"${!file_name}")"
    export "${1?}"
    unset "$file_name"
}

# A value as an SQL string literal, for a session with an empty sql_mode.
sql_string() {
    local text=${1//\\/\\\\}
    printf "'%s'" "${text//\'/\'\'}"
}

sql_name() {
    local name=${1//\`/\`\`}
    printf '%s' "\`$name\`"
}

as_root() { MYSQL_PWD=${MYSQL_ROOT_PASSWORD:-} mysql --no-defaults --protocol=socket --socket="$socket" --user=root --batch "$@"; }

start_temporary_server() {
    log "Starting a temporary server without network."
    "$@" --daemonize --skip-networking --socket="$socket" --pid-file="$rundir/temporary.pid" ||
        fail "The temporary server did not start with these arguments: $*. Its own messages stand above."
}

stop_temporary_server() {
    local pid waited=0
    pid=$(<"$rundir/temporary.pid")
    kill -TERM "$pid"
    while kill -0 "$pid" 2>/dev/null; do
        ((waited++ < 600)) || fail "The temporary server did not stop within 60 s."
        sleep 0.1
    done
    log "Temporary server stopped."
}

# Root is the node's own: outside the binary log, so that it leaves no GTID that other nodes lack.
create_root() {
    local password host
    password=$(sql_string "$MYSQL_ROOT_PASSWORD")
    host=${MYSQL_ROOT_HOST-%}
    {
        echo "SET SESSION sql_mode = '';"
        echo "SET SESSION sql_log_bin = 0;"
        if [[ -n $host && $host != localhost ]]; then
            echo "CREATE USER 'root'@$(sql_string "$host") IDENTIFIED BY $password;"
            echo "GRANT ALL ON *.* TO 'root'@$(sql_string "$host") WITH GRANT OPTION;"
        fi
        echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $password;"
    } | MYSQL_ROOT_PASSWORD='' as_root
}

create_database_and_user() {
    if [[ -n ${MYSQL_DATABASE:-} ]]; then
        echo "CREATE DATABASE IF NOT EXISTS $(sql_name "$MYSQL_DATABASE");"
    fi
    if [[ -n ${MYSQL_USER:-} ]]; then
        echo "SET SESSION sql_mode = '';"
        echo "CREATE USER $(sql_string "$MYSQL_USER")@'%' IDENTIFIED BY $(sql_string "$MYSQL_PASSWORD");"
        if [[ -n ${MYSQL_DATABASE:-} ]]; then
            # In a GRANT the database is a pattern: an underscore in the name must stand for itself.
            local pattern=${MYSQL_DATABASE//_/\\_}
            echo "GRANT ALL ON $(sql_name "${pattern//%/\\%}").* TO $(sql_string "$MYSQL_USER")@'%';"
        fi
    fi
}

run_init_scripts() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sql)
                log "Running $file"
                as_root --database="${MYSQL_DATABASE:-}" <"$file" || fail "$file failed. Correct it; the next start begins anew."
                ;;
            *.sh)
                log "Running $file"
                if [[ -x $file ]]; then "$file"; else bash "$file"; fi || fail "$file failed. Correct it; the next start begins anew."
                ;;
            *) log "Ignoring $file: neither *.sql nor *.sh" ;;
        esac
    done
}

check_settings() {
    [[ -n ${MYSQL_ROOT_PASSWORD:-} ]] ||
        fail "The data directory is empty and MYSQL_ROOT_PASSWORD (or MYSQL_ROOT_PASSWORD_FILE) is not set."
    [[ ${MYSQL_USER:-} != root ]] || fail "MYSQL_USER must not be root, which exists already: leave it empty."
    [[ -z ${MYSQL_USER:-} || -n ${MYSQL_PASSWORD:-} ]] || fail "MYSQL_USER is set and MYSQL_PASSWORD is not."
}

# Runs while this process holds the lock on the data directory.
initialise() {
    check_settings
    : >"$unfinished"
    sync "$unfinished" "$datadir"
    find "$datadir" -mindepth 1 -maxdepth 1 ! -path "$unfinished" -exec rm -rf {} +

    log "Initialising $datadir"
    "$@" --initialize-insecure ||
        fail "mysqld --initialize-insecure failed with these arguments: $*. Its own messages stand above."
    start_temporary_server "$@" 9<&-
    create_root || fail "Root's account could not be made; the server's answer stands above."
    create_database_and_user | as_root || fail "MYSQL_DATABASE or MYSQL_USER could not be made; the server's answer stands above."
    run_init_scripts
    stop_temporary_server

    rm "$unfinished"
    sync "$datadir"
    log "Initialised; ready to start."
}

wants_server() {
    local argument
    [[ ${1:-} == mysqld ]] || return 1
    for argument; do
        case $argument in -\? | --help | --print-defaults | -V | --version) return 1 ;; esac
    done
}

[[ ${1:-} != -* ]] || set -- mysqld "$@"
wants_server "$@" || exec "$@"

# As process 1 a signal without a handler would be ignored. Exiting ends the whole container, and what was
# half done is done anew by the next start.
trap 'log "Stopped before the server was started."; exit 143' TERM INT

if [[ $(id -u) == 0 ]]; then
    mkdir -p "$datadir" "$rundir"
    find "$datadir" "$rundir" ! -user mysql -exec chown --no-dereference mysql:mysql {} +
    HOME=$datadir exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
fi

read_secret MYSQL_ROOT_PASSWORD
read_secret MYSQL_PASSWORD

exec 9<"$datadir"
flock --nonblock 9 || fail "Another container is initialising this volume: give every server a volume of its own."
if [[ -e $unfinished ]]; then
    log "The last initialisation did not finish: beginning anew."
    initialise "$@"
elif [[ ! -d $datadir/mysql ]]; then
    initialise "$@"
fi
exec 9<&-
exec "$@"
