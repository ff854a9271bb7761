"""Real object stores for tests, and a proxy that counts what goes to one and comes back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chalicelib.archive.s3_clients import S3Clients, with_fast_paths
from infra.local.servers import ACCESS_KEY, HOST, REGION, SEAWEEDFS_PORTS, SECRET_KEY, free_ports, ministack, seaweedfs


def s3_client(endpoint: str) -> Any:
    """A client like the product's own, for this endpoint."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        region_name=REGION,
        config=Config(
            signature_version="s3v4",
            max_pool_connections=64,
            retries={"mode": "standard", "total_max_attempts": 4},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path", "payload_signing_enabled": False},
        ),
    )


def store_of(s3: Any) -> S3Clients:
    """The engine's clients: this one, and the fast ones for the same endpoint."""
    session = boto3.Session(aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY, region_name=REGION)
    return with_fast_paths(session, s3)


@contextmanager
def running_seaweedfs(folder: Path) -> Iterator[str]:
    """A SeaweedFS server; yields its endpoint."""
    ports = dict(zip(SEAWEEDFS_PORTS, free_ports(len(SEAWEEDFS_PORTS)), strict=True))
    server = seaweedfs(folder, ports)
    try:
        server.start()
        yield f"http://{HOST}:{ports['s3.port']}"
    finally:
        server.stop()


@contextmanager
def running_ministack(folder: Path, **environment: str) -> Iterator[str]:
    """A ministack server, which keeps nothing; yields its endpoint."""
    port = free_ports(1)[0]
    server = ministack(folder, port, extra={"PERSIST_STATE": "0", "S3_PERSIST": "0", **environment})
    try:
        server.start()
        yield f"http://{HOST}:{port}"
    finally:
        server.stop()


@contextmanager
def running_ministack_with_iam(folder: Path, **environment: str) -> Iterator[tuple[str, Path]]:
    """A ministack server that verifies signatures and evaluates the policies of roles and buckets; yields its endpoint,
    which is TLS's because buckets' policies require that, and the certificate to trust."""
    certificate, key = _certificate(folder)
    trust = dict.fromkeys(("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), str(certificate))
    tls = {"USE_SSL": "1", "MINISTACK_SSL_CERT": str(certificate), "MINISTACK_SSL_KEY": str(key)}
    with running_ministack(folder, AUTH="true", **tls, **trust, **environment) as endpoint:
        yield endpoint.replace("http:", "https:"), certificate


def _certificate(folder: Path) -> tuple[Path, Path]:
    """The files of a self-signed certificate for the loopback interface, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST)), x509.DNSName("localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@dataclass
class Counted:
    """Bytes that passed a proxy: `up` to the server, `down` from it."""

    endpoint: str
    up: int = 0
    down: int = 0


@contextmanager
def counting_proxy(endpoint: str) -> Iterator[Counted]:
    """A TCP proxy before an endpoint."""
    host, port = endpoint.removeprefix("http://").split(":")
    listener = socket.create_server((HOST, 0), backlog=64)
    counted = Counted(f"http://{HOST}:{listener.getsockname()[1]}")
    lock = threading.Lock()
    opened: list[socket.socket] = []

    def pump(source: socket.socket, sink: socket.socket, direction: str) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                with lock:
                    setattr(counted, direction, getattr(counted, direction) + len(data))
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection((host, int(port)))
                opened.extend((client, server))
                for pair in ((client, server, "up"), (server, client, "down")):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield counted
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        for store in opened:
            store.close()
