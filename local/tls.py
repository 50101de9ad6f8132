"""A self-signed certificate for an interface that listens elsewhere than loopback, made by the unpacked openssl."""

import ipaddress
import subprocess
from pathlib import Path

from local.errors import CannotRunError

CONFIGURATION = """\
[req]
prompt = no
distinguished_name = name
x509_extensions = use
[name]
CN = Daylight
[use]
subjectAltName = {names}
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
"""


def certificate(folder: Path, host: str, openssl: Path) -> tuple[Path, Path]:
    """Certificate and key for this host, made once per host (825 days, the longest browsers take)."""
    pem, key = folder / f"tls-{host.replace(':', '_')}.pem", folder / f"tls-{host.replace(':', '_')}.key"
    if pem.exists() and key.exists():
        return pem, key
    configuration = folder / "tls.cnf"
    configuration.write_text(CONFIGURATION.format(names=",".join(alternative_names(host))))
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "825", "-config", configuration, "-keyout", key, "-out", pem]
    done = subprocess.run([str(word) for word in command], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotRunError(f"no certificate could be made: {done.stderr.strip()}")
    key.chmod(0o600)
    return pem, key


def alternative_names(host: str) -> list[str]:
    """The names the certificate is good for: the host as given, and this machine by loopback."""
    names = ["DNS:localhost", "IP:127.0.0.1"]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return [f"DNS:{host}", *names]
    return names if address.is_unspecified or address.is_loopback else [f"IP:{address}", *names]
