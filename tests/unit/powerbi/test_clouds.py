"""Clouds: which hosts are asked, and what the settings may change about it."""

from __future__ import annotations

import ssl

import pytest
import requests
from pydantic import ValidationError

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.settings import PowerBI
from insight_pipeline.sinks.powerbi.clouds import CLOUDS, service_addresses
from insight_pipeline.sinks.powerbi.login_http import LoginHttp


def test_every_cloud_that_the_settings_let_pass_is_in_the_table() -> None:
    named = PowerBI.model_json_schema()["properties"]["cloud"]["enum"]
    assert [*CLOUDS, "germany"] == named
    with pytest.raises(ValidationError):
        PowerBI(cloud="germany")


@pytest.mark.parametrize(
    ("cloud", "authority", "api_url"),
    [
        ("public", "login.microsoftonline.com", "https://api.powerbi.com"),
        ("gcc", "login.microsoftonline.com", "https://api.powerbigov.us"),
        ("gcc_high", "login.microsoftonline.us", "https://api.high.powerbigov.us"),
        ("dod", "login.microsoftonline.us", "https://api.mil.powerbigov.us"),
        ("china", "login.partner.microsoftonline.cn", "https://api.powerbi.cn"),
    ],
)
def test_a_cloud_has_its_own_hosts(cloud: str, authority: str, api_url: str) -> None:
    found = service_addresses(PowerBI.model_validate({"cloud": cloud}))
    assert (found.authority, found.api_url, found.login_url) == (authority, api_url, None)
    assert found.scope.endswith("/powerbi/api")


def test_no_two_clouds_share_a_scope() -> None:
    assert len({cloud.scope for cloud in CLOUDS.values()}) == len(CLOUDS)


def test_urls_of_the_settings_override_the_clouds_but_not_its_authority() -> None:
    settings = PowerBI(api_url="http://127.0.0.1:1/api/", login_url="http://127.0.0.1:2/")
    found = service_addresses(settings)
    assert (found.api_url, found.login_url) == ("http://127.0.0.1:1/api", "http://127.0.0.1:2")
    assert found.authority == "login.microsoftonline.com"


@pytest.mark.parametrize("login_url", [None, "http://127.0.0.1:9"])
@pytest.mark.parametrize(
    "url",
    [
        "https://login.microsoftonline.us/x",
        "http://login.microsoftonline.com/x",
        "https://login.microsoftonline.com:8443/x",
        "https://login.microsoftonline.com@example.com/x",
        "https://user@login.microsoftonline.com/x",
        "https://login.microsoftonline.com.example.com/x",
        "http://127.0.0.1:9/x",
    ],
)
def test_only_the_authoritys_own_origin_is_asked(url: str, login_url: str | None) -> None:
    with pytest.raises(PermanentError) as error:
        LoginHttp("login.microsoftonline.com", login_url).post(f"{url}?code=CANARY", data="CANARY")
    assert error.value.code == "IA-507"
    assert "CANARY" not in str(error.value)


def test_connections_need_tls_1_2_and_ignore_the_environment() -> None:
    http = LoginHttp("login.microsoftonline.com")
    adapter = http.get_adapter("https://login.microsoftonline.com/")
    assert isinstance(adapter, requests.adapters.HTTPAdapter)
    context = adapter.poolmanager.connection_pool_kw["ssl_context"]
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert http.trust_env is False
