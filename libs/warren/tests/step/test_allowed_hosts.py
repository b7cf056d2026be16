"""Which hosts the list allows, and which of a host's addresses are safe."""

import pytest

from warren.step.allowed_hosts import Origin, check_allowed, origin_of, parse, refusal
from warren.step.errors import Permanent

PUBLIC = Origin("https", "api.example.com", 443)
LAN = Origin("http", "printer.lan", 8080)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://API.example.com/a?b={c}", PUBLIC),
        ("https://api.example.com.", PUBLIC),
        ("https://api.example.com:443?q=1", PUBLIC),
        ("http://printer.lan:8080/", LAN),
        ("https://[2001:db8::1]:8443/x", Origin("https", "2001:db8::1", 8443)),
        ("https://allowed.com@evil.com/", None),
        ("https://allowed.com:pw@evil.com/", None),
        ("https://evil.com\\@allowed.com/", None),
        ("https://{host}/", None),
        ("https://a{b}.com/", None),
        ("https://a.com#@b.com", None),
        ("https://a.com/ b", None),
        ("https://a.com:99999/", None),
        ("ftp://a.com/", None),
        ("file:///etc/passwd", None),
        ("a.com/x", None),
        ("a.com/?to=https://b.com", None),
        ("", None),
    ],
)
def test_where_a_url_leads(url: str, expected: Origin | None) -> None:
    assert origin_of(url) == expected


def test_the_list_is_read() -> None:
    assert parse(" api.example.com, http://printer.lan:8080 ,[::1]:9,10.0.0.1,") == (
        PUBLIC,
        LAN,
        Origin("https", "::1", 9),
        Origin("https", "10.0.0.1", 443),
    )


@pytest.mark.parametrize("entries", ["*", "*.example.com", "ftp://a.com", "a.com/path", "a b"])
def test_an_entry_that_is_no_host_is_named(entries: str) -> None:
    with pytest.raises(Permanent, match="HTTP_STEP_HOSTS has an entry that is no host"):
        parse(entries)


@pytest.mark.parametrize(
    "entries",
    [
        "",
        "example.com",
        "api.example.com:8443",
        "http://api.example.com",
        "evil-api.example.com",
        "api.example.com.evil.com",
    ],
)
def test_what_is_not_listed_is_refused_and_it_says_how_to_allow_it(entries: str) -> None:
    with pytest.raises(Permanent) as caught:
        check_allowed(PUBLIC, {"HTTP_STEP_HOSTS": entries})

    wanted = f"{entries},api.example.com" if entries else "api.example.com"
    assert f"HTTP_STEP_HOSTS={wanted} and a restart" in str(caught.value)


def test_what_is_listed_is_allowed() -> None:
    environment = {"HTTP_STEP_HOSTS": "other.com,api.example.com,http://printer.lan:8080"}
    check_allowed(PUBLIC, environment)
    check_allowed(LAN, environment)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111"])
def test_a_public_address_is_safe(address: str) -> None:
    assert refusal(address, PUBLIC) is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "192.0.0.192",
        "198.18.0.1",
        "203.0.113.7",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%2",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "2001:0:7f00:1::",
        "2001:db8::1",
    ],
)
def test_any_other_address_is_refused_for_a_public_name(address: str) -> None:
    assert refusal(address, PUBLIC)
    assert refusal(address, Origin("http", "api.example.com", 80))


@pytest.mark.parametrize(
    ("host", "address", "safe"),
    [
        ("printer.lan", "192.168.1.9", True),
        ("localhost", "127.0.0.1", True),
        ("stub", "10.0.0.1", True),
        ("stub.internal", "fd00::1", True),
        ("printer.lan", "8.8.8.8", True),
        ("printer.lan", "169.254.169.254", False),
        ("printer.lan", "fe80::1", False),
        ("printer.lan", "::ffff:127.0.0.1", False),
        ("printer.lan", "0.0.0.0", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.4", False),
        ("169.254.169.254", "169.254.169.254", True),
        ("::1", "::1", True),
    ],
)
def test_a_private_name_over_http_and_a_literal_address(
    host: str, address: str, safe: bool
) -> None:
    assert (refusal(address, Origin("http", host, 80)) is None) == safe


def test_a_private_name_over_https_is_no_private_name() -> None:
    assert refusal("192.168.1.9", Origin("https", "printer.lan", 443)) == "is private"


def test_an_origin_is_told_as_an_entry() -> None:
    assert [str(each) for each in parse("a.com,a.com:8443,http://a.lan,[::1]:9")] == [
        "a.com",
        "a.com:8443",
        "http://a.lan",
        "[::1]:9",
    ]
