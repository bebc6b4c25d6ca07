#!/bin/sh
# Makes what docker-compose.yml needs and no repository may hold: a token for those who speak,
# passwords for who runs the machine, and a certificate of your own. What is there already stays.
#
#   sh docker/prepare.sh                          for https://localhost
#   sh docker/prepare.sh 192.168.1.20 voice.lan   for phones in the same network, too
#
# docker/secrets/authority.pem is what a phone has to trust. To have another certificate:
# rm docker/secrets/certificate.*, and again. VIVAVOZ_SECRETS names another folder.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
secrets=${VIVAVOZ_SECRETS:-$here/secrets}
days=825 # Apple takes no longer one

umask 022 # containers have users of their own; the folder keeps everyone else out
mkdir -p -m 700 "$secrets"

random() { openssl rand -hex "$1"; }

if [ ! -s "$secrets/token" ]; then
    random 24 >"$secrets/token"
    echo "token for the page and for programs: $(cat "$secrets/token")"
fi
if [ ! -s "$secrets/inside_users" ]; then
    password=$(random 12)
    printf 'admin:%s\n' "$(printf '%s' "$password" | openssl passwd -apr1 -stdin)" \
        >"$secrets/inside_users"
    echo "http://localhost:8081, name and password: admin $password"
fi
if [ ! -s "$secrets/grafana_password" ]; then
    random 12 >"$secrets/grafana_password"
    echo "password of Grafana's admin: $(cat "$secrets/grafana_password")"
fi

if [ ! -s "$secrets/authority.key" ]; then
    (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$secrets/authority.key")
    openssl req -x509 -new -key "$secrets/authority.key" -sha256 -days 3650 \
        -subj "/CN=vivavoz on $(hostname)" -out "$secrets/authority.pem" \
        -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign
fi
if [ ! -s "$secrets/certificate.pem" ]; then
    names=DNS:localhost,IP:127.0.0.1
    for name; do
        case $name in
        *:* | *[0-9].[0-9]*.[0-9]*.[0-9]*) names=$names,IP:$name ;;
        *) names=$names,DNS:$name ;;
        esac
    done
    openssl ecparam -name prime256v1 -genkey -noout -out "$secrets/certificate.key"
    chmod 644 "$secrets/certificate.key" # openssl lets its owner alone read it, who is not Traefik
    printf '%s\n' "subjectAltName=$names" basicConstraints=critical,CA:FALSE \
        keyUsage=critical,digitalSignature extendedKeyUsage=serverAuth >"$secrets/extensions"
    openssl req -new -key "$secrets/certificate.key" -subj /CN=vivavoz |
        openssl x509 -req -CA "$secrets/authority.pem" -CAkey "$secrets/authority.key" \
            -CAcreateserial -sha256 -days $days -extfile "$secrets/extensions" \
            -out "$secrets/certificate.pem" 2>/dev/null
    rm "$secrets/extensions"
    echo "certificate for $names"
fi

if [ -z "${VIVAVOZ_SECRETS:-}" ]; then
    # Traefik's user writes here; nobody else gets through the folder around it.
    mkdir -p -m 700 "$here/state"
    mkdir -p "$here/state/letsencrypt" && chmod 777 "$here/state/letsencrypt"
fi
