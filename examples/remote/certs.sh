#!/bin/sh
# Makes a certificate authority, a certificate for the server's address, given as
# the argument, and one for the client, in certs/ and certs/client/.
set -eu
address=${1:?usage: certs.sh ADDRESS-OF-THE-SERVER}
case $address in
*[!0-9.]*) san=DNS:$address ;;
*) san=IP:$address ;;
esac
umask 077
mkdir -p certs/client
cd certs

# issue NAME SUBJECT EXTENSIONS: NAME.pem and NAME-key.pem, signed by the authority.
issue() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1-key.pem" -subj "/CN=$2" -out "$1.csr"
	printf '%s\n' "$3" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 365 -extfile "$1.ext" -out "$1.pem"
	rm "$1.csr" "$1.ext"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca-key.pem -subj /CN=dpf-example -days 365 -out ca.pem
issue server "$address" "subjectAltName=$san
extendedKeyUsage=serverAuth"
issue client monitor extendedKeyUsage=clientAuth
mv client.pem client/cert.pem
mv client-key.pem client/key.pem
cp ca.pem client/ca.pem
