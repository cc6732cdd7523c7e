#!/usr/bin/env bash
# Makes the secrets that are not there yet: passwords, a certificate authority for MySQL, a self-signed certificate for the
# site. What is there already stays as it is, so this can be run again. Nothing is written to a file that stays.
#
#   ./secrets.sh [NAMESPACE]
#
# In production bring secrets of your own instead (components/external-secrets, components/cert-manager) under these names.
set -euo pipefail
umask 077

namespace=${1:-{{name}}}
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

{{openssl.sh}}
if lacks {{parameters-secret}}; then
    for parameter in {{parameters}}; do
        printf '%s=%s\n' "$parameter" "$(password)"
    done >"$folder/parameters"
    create generic {{parameters-secret}} --from-env-file="$folder/parameters"
fi

for cluster in {{clusters}}; do
    if lacks "$cluster-tls"; then
        authority "$cluster of $namespace"
        # Each node by its own name: OpenSSL, with which replicas verify their source, takes "*" only before two dots or more.
        names=
        for host in {{hosts}}; do
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

for name in {{certificates}}; do
    if lacks "$name"; then
        authority "$name of $namespace"
        certificate "www.{{name}}.com" "DNS:www.{{name}}.com,DNS:localhost,IP:127.0.0.1"
        create tls "$name" --cert="$folder/tls.crt" --key="$folder/tls.key"
    fi
done
