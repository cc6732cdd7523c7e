#!/usr/bin/env bash
# Makes the secrets that are not there yet: passwords, a certificate authority for MySQL, a self-signed certificate for the
# site. What is there already stays as it is, so this can be run again. Nothing is written to a file that stays.
#
#   ./secrets.sh [NAMESPACE]
#
# In production bring secrets of your own instead (components/external-secrets, components/cert-manager) under these names.
set -euo pipefail
umask 077

namespace=${1:-foobar}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { printf '%s\n' "$*" >&2; exit 1; }
command -v kubectl >/dev/null || fail "kubectl is missing: install it, then start again."
command -v openssl >/dev/null || fail "openssl is missing: install it, then start again."
kubectl get namespace "$namespace" >/dev/null || fail "The namespace $namespace cannot be seen: make it with kubectl apply -f namespace.yaml, or name another."

lacks() {
    local found
    found=$(kubectl --namespace "$namespace" get secret "$1" --ignore-not-found --output name) || fail "The secrets of $namespace cannot be read."
    if [[ -n $found ]]; then
        echo "$1 is there already."
        return 1
    fi
}

create() { kubectl --namespace "$namespace" create secret "$@"; }

# Letters and digits only: it will stand in connection strings.
password() { openssl rand -base64 48 | tr -dc 'A-Za-z0-9' | cut -c 1-32; }

# authority SUBJECT: makes ca.key and ca.crt
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$1" \
        -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
        -keyout "$folder/ca.key" -out "$folder/ca.crt" 2>/dev/null
}

# certificate SUBJECT NAMES: makes tls.key and tls.crt, signed by the authority; NAMES as "DNS:one,DNS:other"
certificate() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$folder/tls.key" -out "$folder/tls.csr" 2>/dev/null
    printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n' "$2" >"$folder/extensions"
    openssl x509 -req -in "$folder/tls.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -CAcreateserial -days 3650 \
        -extfile "$folder/extensions" -out "$folder/tls.crt" 2>/dev/null
}

if lacks parameters; then
    for parameter in mysql-coordinator-password mysql-foobar-app-password mysql-foobar-migrations-password mysql-replication-password mysql-root-password; do
        printf '%s=%s\n' "$parameter" "$(password)"
    done >"$folder/parameters"
    create generic parameters --from-env-file="$folder/parameters"
fi

for cluster in mysql; do
    if lacks "$cluster-tls"; then
        authority "$cluster of $namespace"
        # Each node by its own name: OpenSSL, with which replicas verify their source, takes "*" only before two dots or more.
        names=
        for host in mysql-0.mysql mysql-1.mysql; do
            [[ $host != *".$cluster" ]] || names+=",DNS:$host,DNS:$host.$namespace,DNS:$host.$namespace.svc,DNS:$host.$namespace.svc.cluster.local"
        done
        certificate "$cluster" "${names#,}"
        create generic "$cluster-tls" --from-file="$folder/ca.crt" --from-file="$folder/tls.crt" --from-file="$folder/tls.key"
    fi
    if lacks "$cluster-ca"; then
        kubectl --namespace "$namespace" get secret "$cluster-tls" --output 'go-template={{index .data "ca.crt" | base64decode}}' >"$folder/ca.crt"
        create generic "$cluster-ca" --from-file="$folder/ca.crt"
    fi
done

for name in gateway-tls; do
    if lacks "$name"; then
        authority "$name of $namespace"
        certificate "www.foobar.com" "DNS:www.foobar.com,DNS:localhost,IP:127.0.0.1"
        create tls "$name" --cert="$folder/tls.crt" --key="$folder/tls.key"
    fi
done
