#!/usr/bin/env bash
# Makes what is not there yet: passwords in .env, certificates in secrets/. What is there already stays as it is, so this
# can be run again; the volumes of MySQL know the passwords of their first start.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
umask 077

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

command -v openssl >/dev/null || { echo "openssl is missing: install it, then start again." >&2; exit 1; }

{{openssl.sh}}
if [[ ! -e .env ]]; then
    for variable in {{variables}}; do
        printf '%s=%s\n' "$variable" "$(password)"
    done >"$folder/env"
    mv "$folder/env" .env
fi

# Only this user can enter secrets/; what is mounted from inside of it is read by the containers' own users.
put() {
    install -d -m 0755 "secrets/$1"
    install -m 0444 "${@:2}" "secrets/$1/"
}

mkdir -p secrets
for cluster in {{clusters}}; do
    if [[ ! -e secrets/$cluster-tls ]]; then
        authority "$cluster"
        certificate "$cluster" "{{node-names}}"
        put "$cluster-ca" "$folder/ca.crt"
        put "$cluster-tls" "$folder/ca.crt" "$folder/tls.crt" "$folder/tls.key"
    fi
done

for name in {{certificates}}; do
    if [[ ! -e secrets/$name ]]; then
        authority "$name"
        certificate "www.{{name}}.com" "DNS:www.{{name}}.com,DNS:localhost,IP:127.0.0.1"
        put "$name" "$folder/tls.crt" "$folder/tls.key"
    fi
done
