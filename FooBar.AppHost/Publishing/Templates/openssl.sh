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
