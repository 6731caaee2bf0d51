"""What the NAT instance is told to do, done in network namespaces of this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.infrastructure.conftest import Template

IP = shutil.which("ip") or "ip"
FUNCTION, NAT_INSIDE = "10.20.16.5", "10.20.0.9"
NAT_OUTSIDE, OUTSIDE = "203.0.113.1", "203.0.113.2"
# Answers with the address that it was asked from.
_SERVER = """
import socketserver, sys
class Tell(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(self.client_address[0].encode())
socketserver.TCPServer.allow_reuse_address = True
server = socketserver.TCPServer((sys.argv[1], 443), Tell)
print("ready", flush=True)
server.serve_forever()
"""
_CLIENT = """
import socket, sys
with socket.create_connection((sys.argv[1], 443), timeout=5) as connection:
    print(connection.recv(100).decode())
"""


@pytest.fixture(scope="session")
def user_data(small: Template) -> str:
    properties = small.only("AWS::EC2::Instance")["Properties"]
    return str(properties["UserData"]["Fn::Base64"]["Fn::Sub"])


def file_in(user_data: str, path: str) -> str:
    """Return what the user data writes into a file."""
    found = re.search(rf"^cat >{path} <<'END'\n(.*?\n)END\n", user_data, re.DOTALL | re.MULTILINE)
    assert found, path
    return found[1]


def run(*words: str, **options: Any) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return str(done.stdout)


@contextmanager
def three_networks() -> Iterator[dict[str, str]]:
    """A function's network, the outside, and the instance between them."""
    suffix = uuid.uuid4().hex[:6]
    names = {role: f"pinhole-{role}-{suffix}" for role in ("function", "nat", "out")}
    for name in names.values():
        if subprocess.run([IP, "netns", "add", name], capture_output=True, check=False).returncode:
            pytest.skip("network namespaces may not be made here")
    try:
        for role, inner, outer in (
            ("function", FUNCTION, NAT_INSIDE),
            ("out", OUTSIDE, NAT_OUTSIDE),
        ):
            width = "/16" if role == "function" else "/24"
            own, other = names[role], names["nat"]
            run(
                IP,
                "-n",
                own,
                "link",
                "add",
                "name",
                "end0",
                "type",
                "veth",
                "peer",
                "name",
                role,
                "netns",
                other,
            )
            for space, link, address in ((own, "end0", inner), (other, role, outer)):
                run(IP, "-n", space, "address", "add", address + width, "dev", link)
                run(IP, "-n", space, "link", "set", link, "up")
        run(IP, "-n", names["function"], "route", "add", "default", "via", NAT_INSIDE)
        yield names
    finally:
        for name in names.values():
            subprocess.run([IP, "netns", "delete", name], check=False)


@pytest.mark.skipif(
    not (shutil.which("nft") and shutil.which("ip")), reason="nftables or iproute2 is missing"
)
def test_nat_sends_what_functions_send_under_its_own_address(user_data: str) -> None:
    script = file_in(user_data, "/usr/local/sbin/pinhole-nat")
    with three_networks() as names:
        server = subprocess.Popen(
            [IP, "netns", "exec", names["out"], "python3", "-c", _SERVER, OUTSIDE],
            stdout=subprocess.PIPE,
            text=True,
        )
        ask = (IP, "netns", "exec", names["function"], "python3", "-c", _CLIENT, OUTSIDE)
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            # Without the rules nothing comes back: the outside knows no way to 10.20.0.0/16.
            assert subprocess.run(ask, capture_output=True, check=False).returncode != 0
            for _ in range(2):  # at every boot, and again after a failure
                run(IP, "netns", "exec", names["nat"], "bash", "-c", script)
                assert run(*ask).strip() == NAT_OUTSIDE
        finally:
            server.kill()
            server.communicate()


def test_user_data_is_a_script_that_bash_reads(user_data: str, tmp_path: Path) -> None:
    for name, text in (
        ("user-data", user_data),
        ("nat", file_in(user_data, "/usr/local/sbin/pinhole-nat")),
    ):
        (tmp_path / name).write_text(text)
        run("bash", "-n", str(tmp_path / name))


def test_nat_is_set_up_again_at_every_boot_until_it_succeeds(user_data: str) -> None:
    unit = file_in(user_data, "/etc/systemd/system/pinhole-nat.service")
    assert "\nWantedBy=multi-user.target\n" in unit
    assert "\nRestart=on-failure\n" in unit
    assert "\nStartLimitIntervalSec=0\n" in unit  # however often
    assert "systemctl enable pinhole-nat\n" in user_data


def test_cloudformation_is_told_of_success_only(small: Template, user_data: str) -> None:
    (name,) = small.of_type("AWS::EC2::Instance")
    told = user_data.index("cfn-signal --success true")
    assert user_data.index("until systemctl is-active --quiet pinhole-nat") < told
    assert f"--resource {name} " in user_data[told:]
    assert small.body["Resources"][name]["CreationPolicy"] == {
        "ResourceSignal": {"Count": 1, "Timeout": "PT15M"}
    }


def test_an_unrelated_deployment_does_not_replace_the_nat_instance(small: Template) -> None:
    """CloudFormation reads parameters of Systems Manager anew at every deployment, EC2 does not."""
    image = small.only("AWS::EC2::LaunchTemplate")["Properties"]["LaunchTemplateData"]["ImageId"]
    assert image.startswith("resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-")
    types = {each["Type"] for each in small.body["Parameters"].values()}
    assert not [each for each in types if "EC2::Image" in each]


def test_nat_has_the_memory_that_dnf_needs_and_costs_no_more_than_its_hour(
    small: Template,
) -> None:
    properties = small.only("AWS::EC2::Instance")["Properties"]
    assert properties["InstanceType"] == "t4g.micro"
    assert properties["CreditSpecification"] == {"CPUCredits": "standard"}
